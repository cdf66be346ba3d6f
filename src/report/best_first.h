#pragma once

#include <vector>

#include "crescendo/history.h"

namespace crescendo {

/// Numbers of the finished trials: the executions of the best point, then the others, those of a higher rung first,
/// within a rung the lower loss.
std::vector<int> best_first(const History& history);

}  // namespace crescendo
