#include "numeric/log_ei.h"

#include <cmath>
#include <numbers>

#include "numeric/normal.h"

namespace crescendo {
namespace {

constexpr double kHalfLog2Pi = 0.91893853320467274178;
constexpr double kTail = -5;  // above, phi(z) + z Phi(z) loses no more than two digits to the subtraction
constexpr int kTerms = 60;    // of the fraction; at 5 more of them change nothing

/// h(z) = phi(z) + z Phi(z): the improvement in deviations. Its logarithm, Phi / h and phi / h.
struct Tail {
  double log_h, cdf_by_h, density_by_h;
};

Tail tail(double z) {
  if (z > kTail) {
    const double density = std::exp(-z * z / 2 - kHalfLog2Pi), cdf = normal_cdf(z), h = density + z * cdf;
    return {std::log(h), cdf / h, density / h};
  }
  // Mills' ratio Phi / phi is 1 / (t + q) with q = 1 / (t + 2 / (t + 3 / ...)), so h = phi q / (t + q).
  const double t = -z;
  double q = 0;
  for (int k = kTerms; k >= 1; --k) q = k / (t + q);
  return {-t * t / 2 - kHalfLog2Pi + std::log(q / (t + q)), 1 / q, (t + q) / q};
}

}  // namespace

LogImprovement log_expected_improvement(double best, double mean, double deviation) {
  const Tail at = tail((best - mean) / deviation);
  return {std::log(deviation) + at.log_h, -at.cdf_by_h / deviation, at.density_by_h / deviation};
}

}  // namespace crescendo
