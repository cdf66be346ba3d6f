#include "numeric/normal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace crescendo {
namespace {

double density(double z) { return std::exp(-z * z / 2) / std::sqrt(2 * std::numbers::pi); }

// Simpson's rule.
double integral(double a, double b, int steps = 2000) {
  const double h = (b - a) / steps;
  double sum = density(a) + density(b);
  for (int i = 1; i < steps; ++i) sum += density(a + i * h) * (i % 2 == 1 ? 4 : 2);
  return sum * h / 3;
}

TEST(Normal, MassesAreTheIntegralsOfTheDensity) {
  for (const double a : {-9.0, -3.0, -0.5, 0.0, 0.7, 4.0, 8.0}) {
    for (const double width : {0.01, 0.5, 3.0}) {
      const double expected = integral(a, a + width);
      EXPECT_NEAR(normal_mass(a, a + width), expected, 1e-9 * expected) << a << " " << width;
    }
  }
}

TEST(Normal, TheQuantileIsTheInverseOfTheDistribution) {
  for (double p = 1e-12; p < 0.5; p *= 1.7) {
    EXPECT_NEAR(normal_cdf(normal_quantile(p)), p, 1e-7 * p) << p;
    EXPECT_NEAR(normal_quantile(1 - p), -normal_quantile(p), 1e-3 * std::abs(normal_quantile(p)));
  }
  EXPECT_NEAR(normal_quantile(0.975), 1.959963985, 1e-8);
}

TEST(Normal, TruncatedQuantilesCutTheTruncatedMassInShares) {
  for (const double mean : {-0.5, 0.0, 0.3, 1.0, 2.0}) {
    for (const double sigma : {0.1, 0.3, 1.0}) {
      for (const double u : {0.0, 0.01, 0.5, 0.99, 1.0}) {
        const double x = truncated_normal_quantile(mean, sigma, 0, 1, u);
        ASSERT_GE(x, 0);
        ASSERT_LE(x, 1);
        const double share =
            normal_mass((0 - mean) / sigma, (x - mean) / sigma) / normal_mass((0 - mean) / sigma, (1 - mean) / sigma);
        EXPECT_NEAR(share, u, 1e-6) << mean << " " << sigma;
      }
    }
  }
}

TEST(Normal, AKernelFarFromItsRangeIsDrawnAtTheNearerEnd) {
  EXPECT_NEAR(truncated_normal_quantile(-5, 0.01, 0, 1, 0.5), 0, 1e-3);
  EXPECT_NEAR(truncated_normal_quantile(6, 0.01, 0, 1, 0.5), 1, 1e-3);
}

TEST(QuickExp, IsAsPreciseAsItPromises) {
  for (double x = -700; x <= 700; x += 0.0371) {
    ASSERT_NEAR(quick_exp(x) / std::exp(x), 1, 1e-10) << x;
  }
  EXPECT_EQ(quick_exp(0), 1);
  EXPECT_EQ(quick_exp(-1e9), quick_exp(-700));
  EXPECT_LT(quick_exp(-701), 1e-300);
}

}  // namespace
}  // namespace crescendo
