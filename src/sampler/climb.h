#pragma once

#include <functional>
#include <span>
#include <vector>

#include "crescendo/rng.h"
#include "sampler/local_search.h"
#include "sampler/row_space.h"

namespace crescendo {

/// What a row is worth, and the slopes along its numbers, written to `slope` ([parameter]).
using WorthSlope = std::function<double(std::span<const double> row, std::span<double> slope)>;

struct ClimbOptions {
  int rounds = 4;  // of following the slopes and exchanging values, at most; from 1
  int steps = 30;  // along the slopes, at most
};

/// Climbs from every start along the slopes of all active numbers together, which are then moved to the nearest of their
/// values. The better half of the climbs go on: parameter by parameter, to the best other value (of categories and of
/// few values; of an int of many, the two beside it); then along the slopes again, until no exchange is better. What
/// breaks a constraint is not taken: the way along the slopes is halved, an exchange left out. Returns where each ended,
/// best first.
///
/// starts: [n][width], inside the box and allowed.
std::vector<Peak> climb(RowSpace& rows, std::span<const double> starts, const Worth& worth, const WorthSlope& slope,
                        const ClimbOptions& options, Rng& rng);

}  // namespace crescendo
