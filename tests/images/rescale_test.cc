#include "images/rescale.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crescendo/rng.h"
#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

Picture rescaled(const Picture& picture, int side_px, int channels) {
  Picture result{side_px, side_px, channels, Bytes(static_cast<std::size_t>(side_px) * side_px * channels)};
  rescale(picture, side_px, channels, result.pixels);
  return result;
}

Picture noise(int width_px, int height_px, int channels, std::uint64_t seed = 1) {
  Rng rng(seed);
  return picture_of(width_px, height_px, channels, [&](int, int, int) { return rng.below(256); });
}

double mean_of(const Picture& picture) {
  double sum = 0;
  for (const int value : picture.pixels) sum += value;
  return sum / static_cast<double>(picture.pixels.size());
}

// The definition, pixel by pixel in doubles: the mean of the old picture over the square of each new pixel.
Picture area_by_definition(const Picture& old, int side_px) {
  const double scale = static_cast<double>(old.width_px) / side_px;
  const auto overlap = [](double begin, double end, int pixel) {
    return std::max(0.0, std::min(end, pixel + 1.0) - std::max(begin, static_cast<double>(pixel)));
  };
  return picture_of(side_px, side_px, old.channels, [&](int x, int y, int c) {
    double sum = 0;
    for (int row = 0; row < old.height_px; ++row) {
      for (int column = 0; column < old.width_px; ++column) {
        sum += overlap(x * scale, (x + 1) * scale, column) * overlap(y * scale, (y + 1) * scale, row) *
               value_at(old, column, row, c);
      }
    }
    return std::floor(sum / (scale * scale) + 0.5 + 1e-9);
  });
}

TEST(Rescale, ReturnsAPictureOfItsOwnSizeUnchanged) {
  const Picture picture = noise(13, 13, 3);
  EXPECT_EQ(rescaled(picture, 13, 3).pixels, picture.pixels);
}

TEST(Rescale, AveragesWholePixels) {
  const Picture picture{4, 4, 1, {10, 20, 0, 0, 30, 40, 0, 4, 1, 1, 255, 255, 1, 2, 255, 255}};
  EXPECT_EQ(rescaled(picture, 2, 1).pixels, (Bytes{25, 1, 1, 255}));
}

TEST(Rescale, WeighsPartsOfPixelsByWhatIsCovered) {
  // Each new pixel covers one and a half old ones: (2 * 90 + 30) / 3 and (30 + 2 * 150) / 3 along both axes.
  const Picture picture = picture_of(3, 3, 1, [](int x, int, int) { return x == 0 ? 90 : x == 1 ? 30 : 150; });
  EXPECT_EQ(rescaled(picture, 2, 1).pixels, (Bytes{70, 110, 70, 110}));
}

TEST(Rescale, EqualsTheDefinitionOfAnAreaFilter) {
  for (const int old : {7, 16, 31}) {
    for (const int side_px : {1, 2, 3, 5, 7}) {
      const Picture picture = noise(old, old, 3, static_cast<std::uint64_t>(old));
      EXPECT_EQ(rescaled(picture, side_px, 3).pixels, area_by_definition(picture, side_px).pixels)
          << old << " to " << side_px;
    }
  }
}

TEST(Rescale, KeepsTheMean) {
  const Picture picture = noise(97, 97, 1);
  for (const int side_px : {64, 32, 10}) {
    // Rounding errors are uniform in +-1/2, so of n values the mean is off by 0.29 / sqrt(n): 0.03 for the smallest.
    EXPECT_NEAR(mean_of(rescaled(picture, side_px, 1)), mean_of(picture), 0.12) << side_px;
  }
}

TEST(Rescale, KeepsAConstantPicture) {
  for (const int value : {0, 1, 127, 254, 255}) {
    for (const int side_px : {1, 9, 10, 11, 64}) {
      const Picture grey = rescaled(plain(10, 17, 1, value), side_px, 1);
      EXPECT_EQ(grey.pixels, Bytes(grey.pixels.size(), static_cast<std::uint8_t>(value)));
      const Picture colour = rescaled(plain(17, 10, 3, value), side_px, 1);
      EXPECT_EQ(colour.pixels, grey.pixels);  // the weights of BT.601 add up to one
    }
  }
}

TEST(Rescale, CutsTheCentreSquareOut) {
  const Picture wide = picture_of(10, 4, 1, [](int x, int, int) { return x >= 3 && x < 7 ? 200 : 0; });
  EXPECT_EQ(rescaled(wide, 4, 1).pixels, Bytes(16, 200));
  const Picture tall =
      picture_of(4, 9, 1, [](int, int y, int) { return y >= 2 && y < 6 ? 200 : 0; });  // two above, three below
  EXPECT_EQ(rescaled(tall, 1, 1).pixels, Bytes(1, 200));
}

TEST(Rescale, EnlargesBilinearlyBetweenPixelCentres) {
  const Picture picture = picture_of(2, 2, 1, [](int x, int, int) { return x * 100; });
  // Centres lie at -1/4, 1/4, 3/4, 5/4; the outer ones are held at the border.
  const Bytes row = {0, 25, 75, 100};
  const Picture larger = rescaled(picture, 4, 1);
  for (int y = 0; y < 4; ++y) EXPECT_EQ(Bytes(larger.pixels.begin() + y * 4, larger.pixels.begin() + y * 4 + 4), row);
}

TEST(Rescale, EnlargesTheOtherAxisAlike) {
  const Picture picture = noise(5, 5, 1);
  const Picture turned = picture_of(5, 5, 1, [&](int x, int y, int) { return value_at(picture, y, x); });
  const Picture larger = rescaled(picture, 12, 1), turned_larger = rescaled(turned, 12, 1);
  for (int y = 0; y < 12; ++y) {
    for (int x = 0; x < 12; ++x) EXPECT_EQ(value_at(larger, x, y), value_at(turned_larger, y, x));
  }
}

TEST(Rescale, EnlargesASinglePixel) { EXPECT_EQ(rescaled(plain(1, 1, 1, 77), 5, 1).pixels, Bytes(25, 77)); }

TEST(Rescale, MakesGreyByTheWeightsOfBt601) {
  const auto grey_of = [](Bytes rgb) { return rescaled({1, 1, 3, std::move(rgb)}, 1, 1).pixels[0]; };
  EXPECT_EQ(grey_of({255, 0, 0}), 76);   // 76.245
  EXPECT_EQ(grey_of({0, 255, 0}), 150);  // 149.685
  EXPECT_EQ(grey_of({0, 0, 255}), 29);   // 29.07
  EXPECT_EQ(grey_of({1, 2, 4}), 2);      // 1.929
}

TEST(Rescale, MakesColourByCopyingGrey) {
  EXPECT_EQ(rescaled({2, 2, 1, {1, 2, 3, 4}}, 2, 3).pixels, (Bytes{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}));
}

TEST(Rescale, KeepsChannelsApart) {
  const Picture picture = noise(20, 20, 3);
  const Picture smaller = rescaled(picture, 6, 3);
  for (int c = 0; c < 3; ++c) {
    const Picture one = picture_of(20, 20, 1, [&](int x, int y, int) { return value_at(picture, x, y, c); });
    const Picture one_smaller = rescaled(one, 6, 1);
    for (int i = 0; i < 36; ++i) EXPECT_EQ(smaller.pixels[i * 3 + c], one_smaller.pixels[i]);
  }
}

TEST(Rescale, HoldsTheLargestSums) {
  EXPECT_EQ(rescaled(plain(16'384, 1, 1, 255), 1, 1).pixels, Bytes(1, 255));
  const Picture large = plain(3000, 3000, 3, 255);
  EXPECT_EQ(rescaled(large, 1, 1).pixels, Bytes(1, 255));
  EXPECT_EQ(rescaled(plain(2, 2, 3, 255), 2000, 1).pixels, Bytes(4'000'000, 255));
}

TEST(Rescale, SaysWhichPicturesItEnlarges) {
  EXPECT_TRUE(is_enlarged(plain(20, 9, 1, 0), 10));
  EXPECT_TRUE(is_enlarged(plain(9, 20, 1, 0), 10));
  EXPECT_FALSE(is_enlarged(plain(20, 10, 1, 0), 10));
}

}  // namespace
}  // namespace crescendo
