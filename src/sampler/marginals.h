#pragma once

#include <span>
#include <vector>

#include "crescendo/history.h"
#include "sampler/unit_cube.h"

namespace crescendo {

/// A distribution of each parameter by itself: mean and deviation of a number, in the whole space's coordinates, or
/// shares of a category's choices.
struct Marginal {
  double mean = 0, deviation = 0;
  std::vector<double> shares;
};

/// Of some points, within a cube's box. The deviation of the numbers is drawn towards `spread` of the range as if by
/// one more point, and each choice counted once more. Without points: the middle, the spread, and equal shares.
std::vector<Marginal> marginals_of(std::span<const Point* const> points, const Space& space, const UnitCube& cube,
                                   double spread);

/// A choice of the box, by the shares.
double draw_choice(std::span<const double> shares, const UnitCube& cube, std::size_t parameter, Rng& rng);

/// What a distribution can start from: the better half of the best points elsewhere, at most `count`, as they were
/// before the rung's first proposal, `first`, so that it does not change any more once these have ended.
std::vector<const Point*> starting_points(const History& history, int first, int number, int count);

}  // namespace crescendo
