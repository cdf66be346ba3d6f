#include "train/class_weights.h"

#include <gtest/gtest.h>

namespace crescendo {
namespace {

TEST(ClassWeights, NoneAreEmpty) { EXPECT_TRUE(class_weights(ClassWeighting::kNone, 3, std::array{0, 1, 1}).empty()); }

TEST(ClassWeights, BalancedEveryClassCountsAlikeAndTheMeanIsOne) {
  const std::vector<int> labels = {0, 0, 0, 0, 0, 0, 1, 1, 3};
  const std::vector<float> weights = class_weights(ClassWeighting::kBalanced, 4, labels);
  ASSERT_EQ(weights.size(), 4u);
  EXPECT_FLOAT_EQ(weights[0] * 6, 3);
  EXPECT_FLOAT_EQ(weights[1] * 2, 3);
  EXPECT_FLOAT_EQ(weights[3] * 1, 3);
  EXPECT_EQ(weights[2], 0) << "no picture asks for it";
}

}  // namespace
}  // namespace crescendo
