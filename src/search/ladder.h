#pragma once

#include <string>
#include <utility>
#include <vector>

#include "crescendo/study.h"

namespace crescendo {

/// A number that belongs to each rung, lowest rung first, as in epoch = 1, 4, 13, 52.
using Fidelity = std::pair<std::string, std::vector<double>>;

/// The rungs of these numbers, one without any if there are none. The shares fall in even steps. Throws Error (bad
/// input) for fidelities that make no ladder: of different lengths, not above 0, falling, or the same at two rungs.
std::vector<Rung> make_ladder(const std::vector<Fidelity>& fidelities);

/// Where the budget is of time and not of trials, all rungs get the same share of it. By the steps, which are meant for
/// trials, the top rung of three would have a sixth, one or two trials: too few to choose among trainings that chance
/// sets a point or two apart (docs/benchmarks.md, "What increasing sizes are worth").
void share_time(std::vector<Rung>& ladder, const Budget& budget);

}  // namespace crescendo
