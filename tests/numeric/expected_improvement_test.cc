#include "numeric/expected_improvement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace crescendo {
namespace {

// By Simpson's rule over 12 standard deviations to each side.
double integrated(double best, double mean, double deviation) {
  constexpr int kSteps = 200'000;
  const double from = mean - 12 * deviation, to = std::min(best, mean + 12 * deviation);
  if (to <= from) return 0;
  const double step = (to - from) / kSteps;
  double sum = 0;
  for (int i = 0; i <= kSteps; ++i) {
    const double y = from + i * step, z = (y - mean) / deviation;
    const double density = std::exp(-z * z / 2) / (deviation * std::sqrt(2 * M_PI));
    sum += (i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2) * (std::exp(best) - std::exp(y)) * density;
  }
  return sum * step / 3;
}

TEST(LogNormalImprovement, IsTheIntegralOfItsDefinition) {
  for (const double best : {-4.0, -1.0, 0.5}) {
    for (const double mean : {-5.0, -1.2, 0.0, 2.0}) {
      for (const double deviation : {0.05, 0.4, 1.5}) {
        const double expected = integrated(best, mean, deviation);
        EXPECT_NEAR(log_normal_improvement(best, mean, deviation), expected, 1e-9 * (1 + expected))
            << best << " " << mean << " " << deviation;
      }
    }
  }
}

TEST(LogNormalImprovement, IsTheGainItselfWithoutDoubt) {
  EXPECT_DOUBLE_EQ(log_normal_improvement(std::log(3.0), std::log(1.0), 0), 2);
  EXPECT_EQ(log_normal_improvement(std::log(1.0), std::log(3.0), 0), 0);
}

TEST(LogNormalImprovement, GrowsWithDoubtAndIsNeverNegative) {
  double before = 0;
  for (double deviation = 0.1; deviation < 3; deviation += 0.1) {
    const double now = log_normal_improvement(-2, -1, deviation);
    EXPECT_GT(now, before);
    before = now;
  }
  for (double mean = -3; mean < 40; mean += 0.37) EXPECT_GE(log_normal_improvement(-2, mean, 0.01), 0);
}

}  // namespace
}  // namespace crescendo
