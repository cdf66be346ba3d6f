#include "train/dropout.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace crescendo {
namespace {

std::vector<float> factors(double dropout, std::uint64_t noise, std::size_t layer, std::size_t picture) {
  std::vector<float> result(20'000);
  dropout_factors(dropout, noise, layer, picture, result);
  return result;
}

TEST(Dropout, LeavesOutItsShareAndKeepsTheExpectation) {
  for (const double dropout : {0.1, 0.5, 0.9}) {
    const std::vector<float> found = factors(dropout, 1, 0, 0);
    double left_out = 0;
    for (const float factor : found) {
      left_out += factor == 0;
      EXPECT_TRUE(factor == 0 || factor == static_cast<float>(1 / (1 - dropout))) << factor;
    }
    // Five standard deviations; the seeds are fixed.
    EXPECT_NEAR(left_out / 20'000, dropout, 5 * std::sqrt(dropout * (1 - dropout) / 20'000));
  }
}

TEST(Dropout, MasksOfLayersPicturesAndStepsDiffer) {
  const std::vector<float> one = factors(0.5, 1, 0, 0);
  EXPECT_EQ(factors(0.5, 1, 0, 0), one);
  EXPECT_NE(factors(0.5, 2, 0, 0), one);
  EXPECT_NE(factors(0.5, 1, 1, 0), one);
  EXPECT_NE(factors(0.5, 1, 0, 1), one);
}

}  // namespace
}  // namespace crescendo
