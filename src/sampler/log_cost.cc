#include "sampler/log_cost.h"

#include <algorithm>
#include <cmath>

namespace crescendo {
namespace {

constexpr double kPercentile = 5, kBelow = 1e-10;

// Linear between the neighbours, as numpy does. `sorted` is ascending.
double percentile(std::span<const double> sorted, double percent) {
  const double at = percent / 100 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (at - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::vector<double> log_costs(std::span<const double> losses) {
  std::vector<double> sorted(losses.begin(), losses.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> costs(losses.size(), 0.0);
  if (sorted.empty() || sorted.front() == sorted.back()) return costs;
  const double lowest = sorted.front(), highest = sorted.back();
  double lower = lowest - (percentile(sorted, kPercentile) - lowest) - kBelow;
  // 1e-10 is lost beside losses above a million.
  if (!(lower < lowest)) lower = lowest - kBelow * (highest - lowest);
  for (std::size_t i = 0; i < costs.size(); ++i) {
    costs[i] = std::log(std::max((losses[i] - lower) / (highest - lower), kBelow * kBelow));
  }
  return costs;
}

}  // namespace crescendo
