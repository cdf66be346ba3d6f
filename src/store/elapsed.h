#pragma once

#include <utility>
#include <vector>

namespace crescendo {

/// Seconds covered by the union of the sessions' [begin, end]: machines that work at the same time count once.
double elapsed_seconds(std::vector<std::pair<double, double>> sessions);

}  // namespace crescendo
