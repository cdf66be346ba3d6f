#include "train/network.h"

#include <gtest/gtest.h>

namespace crescendo {
namespace {

// By the definition of torch.nn.AdaptiveAvgPool2d: floor(i * side / averages) to below ceil((i + 1) * side / averages).
TEST(AveragedWindow, IsThatOfPyTorchsAdaptivePooling) {
  const auto windows = [](int side, int averages) {
    std::vector<std::pair<int, int>> result;
    for (int i = 0; i < averages; ++i) {
      const AveragedWindow window = averaged_window(i, side, averages);
      result.emplace_back(window.first, window.end);
    }
    return result;
  };
  using Windows = std::vector<std::pair<int, int>>;
  EXPECT_EQ(windows(8, 4), (Windows{{0, 2}, {2, 4}, {4, 6}, {6, 8}}));
  EXPECT_EQ(windows(7, 3), (Windows{{0, 3}, {2, 5}, {4, 7}}));
  EXPECT_EQ(windows(10, 4), (Windows{{0, 3}, {2, 5}, {5, 8}, {7, 10}}));
  EXPECT_EQ(windows(9, 1), (Windows{{0, 9}}));
}

TEST(NetworkShape, WithADenseSideTheParametersDoNotGrowWithThePicture) {
  NetworkShape shape{1, 64, {{8, 3}, {6, 3}}, {50}, 3};
  shape.dense_side = 4;
  EXPECT_EQ(dense_input_side(shape), 4);
  const std::size_t count = 8 * (9 + 1) + 6 * (8 * 9 + 1) + 50 * (6 * 16 + 1) + 3 * (50 + 1);
  for (const int side_px : {16, 32, 64, 71, 128}) {
    shape.side_px = side_px;
    EXPECT_EQ(parameter_count(shape), count) << side_px;
  }
  shape.side_px = 12;  // 3 already
  EXPECT_EQ(dense_input_side(shape), 3);
  EXPECT_EQ(parameter_count(shape), count - 50 * 6 * (16 - 9));
  shape.dense_side = 0;
  shape.side_px = 64;
  EXPECT_EQ(dense_input_side(shape), 16);
}

}  // namespace
}  // namespace crescendo
