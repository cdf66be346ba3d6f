#include "numeric/normal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace crescendo {
namespace {

// The lower half of the quantile function, p in (0, 0.5].
double lower_quantile(double p) {
  if (p < 0.02425) {
    const double q = std::sqrt(-2 * std::log(p));
    return (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838e+00) * q -
              2.549732539343734e+00) *
                 q +
             4.374664141464968e+00) *
                q +
            2.938163982698783e+00) /
           ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996e+00) * q +
             3.754408661907416e+00) *
                q +
            1);
  }
  const double q = p - 0.5, r = q * q;
  return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r +
            1.383577518672690e+02) *
               r -
           3.066479806614716e+01) *
              r +
          2.506628277459239e+00) *
         q /
         (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r +
            6.680131188771972e+01) *
               r -
           1.328068155288572e+01) *
              r +
          1);
}

}  // namespace

double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }

double normal_mass(double a, double b) {
  return a > 0 ? normal_cdf(-a) - normal_cdf(-b) : normal_cdf(b) - normal_cdf(a);
}

double normal_quantile(double p) { return p > 0.5 ? -lower_quantile(1 - p) : lower_quantile(p); }

double truncated_normal_quantile(double mean, double sigma, double low, double high, double u) {
  double a = (low - mean) / sigma, b = (high - mean) / sigma;
  // In the upper tail probabilities are too close to 1; its mirror image is not.
  const bool mirrored = a > 0;
  if (mirrored) {
    std::swap(a, b);
    a = -a;
    b = -b;
    u = 1 - u;
  }
  const double below = normal_cdf(a), p = below + u * (normal_cdf(b) - below);
  // Where the whole range is too far for probabilities, all of its mass is at the end nearer to the mean.
  const double z = p > 0 && p < 1 ? normal_quantile(p) : b;
  return std::clamp(mean + sigma * (mirrored ? -z : z), low, high);
}

}  // namespace crescendo
