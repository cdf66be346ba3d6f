#include "numeric/expected_improvement.h"

#include <algorithm>
#include <cmath>

namespace crescendo {
namespace {

constexpr double kInverseSqrt2 = 0.70710678118654752440;

double normal_cdf(double x) { return 0.5 * std::erfc(-x * kInverseSqrt2); }

}  // namespace

double log_normal_improvement(double best, double mean, double deviation) {
  if (!(deviation > 0)) return std::max(0.0, std::exp(best) - std::exp(mean));
  const double v = (best - mean) / deviation;
  const double gain = std::exp(best) * normal_cdf(v);
  if (gain == 0) return 0;
  // The closed form is a difference of two near numbers where the gain is small.
  return std::max(0.0, gain - std::exp(mean + 0.5 * deviation * deviation) * normal_cdf(v - deviation));
}

}  // namespace crescendo
