#include "sampler/log_cost.h"

#include <gtest/gtest.h>

#include <cmath>

namespace crescendo {
namespace {

TEST(LogCosts, AreLogarithmsFromTheFifthPercentileMirroredAtTheLowest) {
  // 21 losses 1..21: the 5th percentile is 2, so costs are counted from 0.
  std::vector<double> losses;
  for (int i = 21; i >= 1; --i) losses.push_back(i);
  const auto costs = log_costs(losses);
  for (std::size_t i = 0; i < 21; ++i) EXPECT_NEAR(costs[i], std::log(losses[i] / 21), 1e-9);
  // Between 5 losses the percentile lies a fifth of the way to the second: 10 + 0.2 * 10, so they count from 8.
  const auto few = log_costs(std::vector<double>{20, 10, 30, 40, 50});
  EXPECT_NEAR(few[1], std::log(2.0 / 42), 1e-9);
  EXPECT_NEAR(few[0], std::log(12.0 / 42), 1e-9);
  EXPECT_NEAR(few[4], 0, 1e-12);
}

TEST(LogCosts, LieOneTenBillionthBelowWhereTheLowestIsThePercentile) {
  const auto costs = log_costs(std::vector<double>{0, 0, 1});
  // The percentile is the lowest itself: only the 1e-10 keeps the logarithm finite.
  EXPECT_NEAR(costs[0], std::log(1e-10), 1e-6);
}

TEST(LogCosts, TakeAnyLosses) {
  EXPECT_EQ(log_costs(std::vector<double>{3, 3}), (std::vector<double>{0, 0}));
  EXPECT_TRUE(log_costs({}).empty());
  for (const double scale : {1e-300, 1.0, 1e12, 1e300}) {
    for (const double shift : {-1.0, 0.0, 1.0}) {
      const std::vector<double> losses = {scale * shift, scale * (shift + 0.1), scale * (shift + 0.5)};
      const auto costs = log_costs(losses);
      for (const double cost : costs) EXPECT_TRUE(std::isfinite(cost)) << scale << " " << shift;
      EXPECT_LE(costs[0], costs[1]);
      EXPECT_LE(costs[1], costs[2]);
    }
  }
}

}  // namespace
}  // namespace crescendo
