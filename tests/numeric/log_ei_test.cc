#include "numeric/log_ei.h"

#include <gtest/gtest.h>

#include <cmath>

namespace crescendo {
namespace {

// By Simpson's rule. With Y = mean + deviation * y the improvement is deviation * (z - y), and with u = z - y its
// expectation is deviation * density(z) * integral over u > 0 of u exp(u z - u^2 / 2).
double integrated(double best, double mean, double deviation) {
  constexpr int kSteps = 400'000;
  const double z = (best - mean) / deviation, peak = std::max(z, 0.0);
  const double to = z > 0 ? z + 12 : 60 / (1 - z), step = to / kSteps;
  double sum = 0;
  for (int i = 1; i <= kSteps; ++i) {
    const double u = i * step;
    sum += (i == kSteps ? 1 : i % 2 == 1 ? 4 : 2) * u * std::exp(u * z - u * u / 2 - peak * peak / 2);
  }
  return std::log(deviation) + std::log(sum * step / 3) + (peak * peak - z * z - std::log(2 * M_PI)) / 2;
}

TEST(LogImprovement, IsTheIntegralOfItsDefinitionFarIntoTheTail) {
  for (const double z :
       {9.0, 3.0, 0.0, -0.9, -1.1, -4.9, -4.999999, -5.000001, -5.1, -12.0, -38.0, -150.0, -1e4, -1e8}) {
    for (const double deviation : {1e-6, 0.3, 20.0}) {
      const double best = 0, mean = -z * deviation, expected = integrated(best, mean, deviation);
      EXPECT_NEAR(log_expected_improvement(best, mean, deviation).value, expected, 1e-11 * std::abs(expected) + 1e-10)
          << z << " " << deviation;
    }
  }
}

TEST(LogImprovement, ItsSlopesAreThoseOfItsValues) {
  for (const double z : {4.0, 0.5, -2.0, -4.99, -5.01, -20.0, -1000.0}) {
    const double deviation = 0.4, mean = -z * deviation, step = 1e-6;
    const LogImprovement at = log_expected_improvement(0, mean, deviation);
    const auto value = [](double m, double s) { return log_expected_improvement(0, m, s).value; };
    const double by_mean = (value(mean + step, deviation) - value(mean - step, deviation)) / (2 * step);
    const double by_deviation = (value(mean, deviation + step) - value(mean, deviation - step)) / (2 * step);
    EXPECT_NEAR(at.by_mean, by_mean, 1e-5 * std::abs(by_mean) + 1e-8) << z;
    EXPECT_NEAR(at.by_deviation, by_deviation, 1e-5 * std::abs(by_deviation) + 1e-8) << z;
  }
}

TEST(LogImprovement, StillTellsPointsApartWhereTheImprovementUnderflows) {
  double before = 0;
  for (double mean = 50; mean < 1e6; mean *= 1.01) {
    const double now = log_expected_improvement(0, mean, 1).value;
    EXPECT_TRUE(std::isfinite(now));
    EXPECT_LT(now, before);
    before = now;
  }
}

}  // namespace
}  // namespace crescendo
