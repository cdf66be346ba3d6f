#pragma once

#include "crescendo/history.h"

namespace crescendo {

inline constexpr int kAllPairs = 1'000'000;
inline constexpr double kDisagreement = 0.2;  // an agreement below which what a lower rung says is not believed

/// How well the ranking at `below` tells the next rung's: Kendall's tau over the first `most` points that ended at both,
/// in the order of claims, drawn towards the usual one as much as its own error asks for. A point that failed above
/// is the worst there. The usual one where there are fewer than two.
/// Cost: O(trials at the next rung up to there + pairs^2).
double agreement(const History& history, int below, int most = kAllPairs);

}  // namespace crescendo
