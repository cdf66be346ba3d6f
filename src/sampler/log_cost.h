#pragma once

#include <span>
#include <vector>

namespace crescendo {

/// Losses as a model of SMAC sees them: log((loss - lower) / (highest - lower)), where lower lies as far below the
/// lowest loss as the 5th percentile lies above it, and 1e-10 more. So differences near the best count most, and losses
/// need not be positive. The highest becomes 0. All equal: all 0.
///
/// Source: SMAC3 2.4, the encoder of its hyperparameter-optimisation facade.
std::vector<double> log_costs(std::span<const double> losses);

}  // namespace crescendo
