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

}  // namespace crescendo
