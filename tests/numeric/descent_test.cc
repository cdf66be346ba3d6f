#include "numeric/descent.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace crescendo {
namespace {

double rosenbrock(std::span<const double> x, std::span<double> slope) {
  double sum = 0;
  std::fill(slope.begin(), slope.end(), 0.0);
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double valley = x[i + 1] - x[i] * x[i];
    sum += 100 * valley * valley + (1 - x[i]) * (1 - x[i]);
    slope[i] += -400 * x[i] * valley - 2 * (1 - x[i]);
    slope[i + 1] += 200 * valley;
  }
  return sum;
}

constexpr DescentOptions kLong = {500, 1e-9, 0, 0.1};

TEST(Descent, FindsTheMinimumOfRosenbrocksValley) {
  std::vector<double> at(6, -1.2), low(6, -5), high(6, 5);
  EXPECT_LT(descend(rosenbrock, low, high, at, kLong), 1e-12);
  for (const double x : at) EXPECT_NEAR(x, 1, 1e-5);
}

TEST(Descent, StopsAtTheBoundsThatHoldIt) {
  // The lowest point of the box has x = 0.5 at its bound, and the valley's x^2 beside it.
  std::vector<double> at = {-1, 0.9}, low = {-2, -2}, high = {0.5, 2};
  EXPECT_NEAR(descend(rosenbrock, low, high, at, kLong), 0.25, 1e-12);
  EXPECT_EQ(at[0], 0.5);
  EXPECT_NEAR(at[1], 0.25, 1e-6);
}

TEST(Descent, NeverRisesAndStaysWhereTheFunctionIsDefined) {
  const Slope root = [](std::span<const double> x, std::span<double> slope) {
    if (x[0] < 0.3) return std::numeric_limits<double>::infinity();
    slope[0] = 1;
    return x[0];
  };
  std::vector<double> at = {2}, low = {-10}, high = {10};
  const double value = descend(root, low, high, at, {100, 1e-9, 0, 5});
  EXPECT_EQ(value, at[0]);
  EXPECT_GE(value, 0.3);
  EXPECT_LT(value, 0.5);
}

TEST(Descent, TakesNoMoreStepsThanItMay) {
  int asked = 0;
  const Slope counted = [&](std::span<const double> x, std::span<double> slope) {
    ++asked;
    return rosenbrock(x, slope);
  };
  std::vector<double> at = {-1.2, 1}, low = {-5, -5}, high = {5, 5};
  descend(counted, low, high, at, {0, 0, 0, 0.1});
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(at, (std::vector<double>{-1.2, 1}));
}

}  // namespace
}  // namespace crescendo
