#pragma once

#include "crescendo/history.h"

namespace crescendo {

inline constexpr double kDisagreement = 0.2;  // an agreement below which what a lower rung says is not believed

/// How well the ranking at `below` tells the next rung's: Kendall's tau over the points that ended at both, of the
/// first `most` trials of the next rung (0: of all), drawn towards the usual one as much as its own error asks for. A
/// point that failed above is the worst there. The usual one where there are fewer than two. Cost: O(trials that are
/// looked at + pairs^2).
double agreement(const History& history, int below, int most = 0);

}  // namespace crescendo
