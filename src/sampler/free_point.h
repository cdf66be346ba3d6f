#pragma once

#include <functional>
#include <optional>
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

/// A point uniform in the box, each parameter on its own scale, of those that the constraints allow. Where they allow
/// fewer than one in a thousand of a finite box, one of them in no particular distribution.
/// Throws Error (bad input) where the constraints leave no point, or too few to be found.
Point uniform_point(const Space& space, const Box& box, Rng& rng);

/// The same; nothing where uniform_point throws, or `most_draws` do not find one.
std::optional<Point> find_uniform_point(const Space& space, const Box& box, Rng& rng, int most_draws);

/// The first of up to 64 draws that is not pending; then, in a finite space, the first allowed cell of the box that is
/// not; a draw where all are. Draws are allowed points.
Point free_point(const Space& space, const Box& box, const PendingPoints& pending, const std::function<Point()>& draw);

}  // namespace crescendo
