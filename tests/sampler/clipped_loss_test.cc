#include "sampler/clipped_loss.h"

#include <gtest/gtest.h>

#include <cmath>

namespace crescendo {
namespace {

std::vector<double> of_one_rung(const std::vector<double>& losses) {
  return clipped_losses(losses, std::vector<int>(losses.size(), 0));
}

double mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double mean_square(std::vector<double> values) {
  for (double& value : values) value *= value;
  return mean(values);
}

TEST(ClippedLosses, HaveMeanZeroAndDeviationOne) {
  for (const std::vector<double>& losses :
       {std::vector<double>{3, 1, 2, 50}, {-1e300, 1e300, 0}, {-1.7e308, 1.7e308, 1.7e308}, {5e-300, 0}}) {
    const std::vector<double> found = of_one_rung(losses);
    EXPECT_NEAR(mean(found), 0, 1e-12);
    EXPECT_NEAR(mean_square(found), 1, 1e-12);
  }
}

TEST(ClippedLosses, AreCutTwiceAsFarAboveTheMedianAsTheLowestLiesBelow) {
  const std::vector<double> found = of_one_rung({0, 1, 2, 5.9, 1e9});
  // 2 + 2 (2 - 0) = 6: the differences are those of 0, 1, 2, 5.9 and 6.
  const double unit = found[1] - found[0];
  EXPECT_NEAR((found[2] - found[0]) / unit, 2, 1e-12);
  EXPECT_NEAR((found[3] - found[0]) / unit, 5.9, 1e-12);
  EXPECT_NEAR((found[4] - found[0]) / unit, 6, 1e-12);
}

TEST(ClippedLosses, StayApartWhereMostAreTheLowest) {
  const std::vector<double> found = of_one_rung({1, 1, 1, 1, 7, 9});
  EXPECT_NEAR((found[5] - found[0]) / (found[4] - found[0]), 8.0 / 6, 1e-12);
}

TEST(ClippedLosses, OfEachRungHaveMeanZeroAndKeepTheirUnit) {
  const std::vector<double> losses = {1, 100, 2, 104, 3, 108};
  const std::vector<double> found = clipped_losses(losses, std::vector<int>{0, 1, 0, 1, 0, 1});
  EXPECT_NEAR(found[0] + found[2] + found[4], 0, 1e-12);
  EXPECT_NEAR(found[1] + found[3] + found[5], 0, 1e-12);
  EXPECT_NEAR(mean_square(found), 1, 1e-12);
  EXPECT_NEAR((found[3] - found[1]) / (found[2] - found[0]), 4, 1e-12);
}

TEST(ClippedLosses, AreZeroWhereAllOfEachRungAreEqual) {
  const std::vector<double> losses = {0.1, 0.1, 0.1, 7};
  EXPECT_EQ(clipped_losses(losses, std::vector<int>{0, 0, 0, 1}), (std::vector<double>{0, 0, 0, 0}));
  EXPECT_TRUE(of_one_rung({}).empty());
}

}  // namespace
}  // namespace crescendo
