#pragma once

#include <functional>
#include <vector>

#include "crescendo/history.h"
#include "crescendo/rng.h"

namespace crescendo {

/// Whether the space has so few points that a draw may well fall on one that is taken, and that all can be tried.
bool is_finite(const Space& space);

/// The points that run, other than trial `number`'s.
class PendingPoints {
 public:
  PendingPoints(const History& history, int number);
  bool contains(const Point& point) const;

 private:
  std::vector<const Point*> points_;  // of the history
};

/// A point uniform in the box, each parameter on its own scale.
Point uniform_point(const Space& space, const Box& box, Rng& rng);

/// The first of up to 64 draws that is not pending; then, in a finite space, the first cell of the box that is not; a
/// draw where all are.
Point free_point(const Space& space, const Box& box, const PendingPoints& pending, const std::function<Point()>& draw);

}  // namespace crescendo
