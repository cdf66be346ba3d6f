#include "train/warm_start.h"

#include <gtest/gtest.h>

#include <numeric>

namespace crescendo {
namespace {

// 0, 1, 2, ... and -1, -2, ...: every value says where it came from.
std::vector<float> counted(const NetworkShape& shape, float first, float step) {
  std::vector<float> weights(parameter_count(shape));
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = first + step * static_cast<float>(i);
  return weights;
}

// Values taken from the other network: the first ones, and no others.
std::size_t taken(const NetworkShape& shape, const NetworkShape& from) {
  const auto fresh = counted(shape, -1, -1), before = counted(from, 0, 1);
  const auto weights = with_convolutions(shape, fresh, from, before);
  std::size_t count = 0;
  while (count < weights.size() && weights[count] >= 0) ++count;
  EXPECT_TRUE(std::equal(weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(count), before.begin()));
  EXPECT_TRUE(std::equal(weights.begin() + static_cast<std::ptrdiff_t>(count), weights.end(),
                         fresh.begin() + static_cast<std::ptrdiff_t>(count)));
  return count;
}

TEST(WarmStart, TakesTheConvolutionsThatBothHaveAndNothingElse) {
  const NetworkShape small{3, 8, {{4, 3}, {6, 5}}, {10}, 2};
  NetworkShape large = small;
  large.side_px = 32;
  const std::size_t first = 4 * (3 * 9 + 1), second = 6 * (4 * 25 + 1);
  EXPECT_EQ(taken(large, small), first + second);
  large.conv.push_back({8, 3});  // one that the small side had no room for
  EXPECT_EQ(taken(large, small), first + second);
  large.conv[1].size = 3;
  EXPECT_EQ(taken(large, small), first) << "what comes behind another layer saw other maps";
  large.conv[0].filters = 5;
  EXPECT_EQ(taken(large, small), 0u);
}

TEST(WarmStart, BatchNormalisationGoesWithItsConvolution) {
  NetworkShape small{1, 8, {{4, 3}}, {}, 2, true};
  NetworkShape large = small;
  large.side_px = 16;
  EXPECT_EQ(taken(large, small), 4u * (9 + 1 + 4));
  large.batch_norm = false;
  EXPECT_EQ(taken(large, small), 0u);
}

}  // namespace
}  // namespace crescendo
