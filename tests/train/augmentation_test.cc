#include "train/augmentation.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <set>

namespace crescendo {
namespace {

constexpr int kDraws = 4000;

PicturePlacement draw(const Augmentation& augmentation, int side_px, int number) {
  return draw_placement(augmentation, side_px, Rng(1, {static_cast<std::uint64_t>(number)}));
}

TEST(Augmentation, WithoutItPicturesStayAsTheyAre) {
  EXPECT_FALSE(Augmentation{}.varies());
  for (int i = 0; i < 100; ++i) {
    const PicturePlacement place = draw({}, 32, i);
    EXPECT_FALSE(place.mirrored);
    EXPECT_EQ(place.right_px, 0);
    EXPECT_EQ(place.down_px, 0);
  }
}

TEST(Augmentation, MirrorsHalfOfThePictures) {
  int mirrored = 0;
  for (int i = 0; i < kDraws; ++i) mirrored += draw({.mirror = true}, 32, i).mirrored;
  EXPECT_NEAR(mirrored, kDraws / 2, 160);  // five standard deviations; the seed is fixed
}

TEST(Augmentation, ShiftsEvenlyUpToItsShareOfTheSide) {
  std::array<int, 7> right{}, down{};
  for (int i = 0; i < kDraws; ++i) {
    const PicturePlacement place = draw({.shift = 0.1}, 28, i);  // 2.8, so 3 px
    ASSERT_LE(std::abs(place.right_px), 3);
    ASSERT_LE(std::abs(place.down_px), 3);
    ++right[place.right_px + 3];
    ++down[place.down_px + 3];
  }
  for (int i = 0; i < 7; ++i) {
    EXPECT_NEAR(right[i], kDraws / 7, 115) << i;  // five standard deviations
    EXPECT_NEAR(down[i], kDraws / 7, 115) << i;
  }
}

}  // namespace
}  // namespace crescendo
