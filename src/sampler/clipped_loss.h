#pragma once

#include <span>
#include <vector>

namespace crescendo {

/// Losses of one study as a Gaussian process sees them. Of each rung's, those that lie more than kClip times as far
/// above the median as the lowest lies below it are brought down to there: how bad a bad point is would otherwise be
/// most of what there is to learn. Then each rung's have mean 0, and all together deviation 1. All 0 where those of
/// each rung are equal.
///
/// rungs: of each loss. Losses are finite, of any size.
std::vector<double> clipped_losses(std::span<const double> losses, std::span<const int> rungs);

inline constexpr double kClip = 2;

}  // namespace crescendo
