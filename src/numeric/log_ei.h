#pragma once

namespace crescendo {

/// The logarithm of E[max(best - Y, 0)] for Y normal, and its derivatives.
struct LogImprovement {
  double value, by_mean, by_deviation;
};

/// deviation > 0. Precise however small the improvement is: where it is below the least double, its logarithm still
/// tells which of two points is better, and the slope the way.
///
/// Source: Ament, Daulton, Eriksson, Balandat, Bakshy 2023, "Unexpected Improvements to Expected Improvement for
/// Bayesian Optimization", section 4.1. Differs: a continued fraction of Mills' ratio takes the place of erfcx in the
/// lower tail, so nothing is subtracted there and no asymptotic case is needed.
LogImprovement log_expected_improvement(double best, double mean, double deviation);

}  // namespace crescendo
