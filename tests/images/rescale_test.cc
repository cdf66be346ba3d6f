#include "images/rescale.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crescendo/rng.h"
#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

Picture rescaled(const Picture& picture, int side_px, int channels, Fit fit = Fit::kCrop) {
  Picture result{side_px, side_px, channels, Bytes(static_cast<std::size_t>(side_px) * side_px * channels)};
  rescale(picture, side_px, fit, channels, result.pixels);
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

// ---- padded

Bytes padded(const Picture& picture, int side_px) {
  return rescaled(picture, side_px, picture.channels, Fit::kPad).pixels;
}

Picture transposed(const Picture& picture) {
  return picture_of(picture.height_px, picture.width_px, picture.channels,
                    [&](int x, int y, int c) { return value_at(picture, y, x, c); });
}

// The definition in doubles: the picture in the middle of a square of its rounded mean colour, averaged over the square
// of each new pixel.
Picture padded_by_definition(const Picture& old, int side_px) {
  const int square = std::max(old.width_px, old.height_px);
  const double scale = static_cast<double>(square) / side_px;
  const double left = (square - old.width_px) / 2.0, top = (square - old.height_px) / 2.0;
  const auto overlap = [scale](int pixel, double old_begin) {
    return std::max(0.0, std::min((pixel + 1) * scale, old_begin + 1) - std::max(pixel * scale, old_begin));
  };
  return picture_of(side_px, side_px, old.channels, [&](int x, int y, int c) {
    double mean = 0, sum = 0, covered = 0;
    for (int row = 0; row < old.height_px; ++row) {
      for (int column = 0; column < old.width_px; ++column) {
        const double area = overlap(x, left + column) * overlap(y, top + row);
        sum += area * value_at(old, column, row, c);
        covered += area;
        mean += value_at(old, column, row, c);
      }
    }
    mean = std::floor(mean / (old.width_px * old.height_px) + 0.5);
    return std::floor((sum + (scale * scale - covered) * mean) / (scale * scale) + 0.5 + 1e-9);
  });
}

TEST(RescalePadded, PutsAWidePictureBetweenRowsOfItsMean) {
  const Picture wide{4, 2, 1, {10, 20, 30, 40, 50, 60, 70, 80}};
  EXPECT_EQ(padded(wide, 4), (Bytes{45, 45, 45, 45, 10, 20, 30, 40, 50, 60, 70, 80, 45, 45, 45, 45}));
  EXPECT_EQ(padded(wide, 2), (Bytes{30, 40, 50, 60}));  // (2 * 45 + 10 + 20) / 4, ...
}

TEST(RescalePadded, PutsATallPictureBetweenColumnsOfItsMean) {
  const Picture tall{2, 4, 1, {10, 20, 30, 40, 50, 60, 70, 80}};
  EXPECT_EQ(padded(tall, 4), (Bytes{45, 10, 20, 45, 45, 30, 40, 45, 45, 50, 60, 45, 45, 70, 80, 45}));
}

TEST(RescalePadded, CentresAnOddMarginOnHalfAPixel) {
  const Picture picture{3, 2, 1, {0, 60, 120, 60, 120, 180}};  // mean 90
  EXPECT_EQ(padded(picture, 3), (Bytes{45, 75, 105, 30, 90, 150, 75, 105, 135}));
}

TEST(RescalePadded, KeepsAPictureOfOnePixelsWidth) {
  const Picture thin{1, 4, 1, {10, 20, 30, 40}};  // mean 25; it covers half of each of the two middle columns
  EXPECT_EQ(padded(thin, 4), (Bytes{25, 18, 18, 25, 25, 23, 23, 25, 25, 28, 28, 25, 25, 33, 33, 25}));
  const Bytes small = padded(plain(1, 500, 1, 200), 7);
  EXPECT_EQ(small, Bytes(49, 200));
}

TEST(RescalePadded, FillsEachChannelWithItsOwnMean) {
  const Picture picture{2, 1, 3, {255, 0, 10, 0, 0, 20}};  // means 128, 0, 15
  EXPECT_EQ(padded(picture, 2), (Bytes{192, 0, 13, 64, 0, 18, 192, 0, 13, 64, 0, 18}));
}

TEST(RescalePadded, EnlargesSmoothlyIntoTheMean) {
  const Picture picture{2, 1, 1, {0, 100}};
  // Along x 0 25 75 100; a half, a quarter, a quarter and a half of the mean, 50, along y.
  const Bytes outer = {25, 38, 63, 75}, inner = {13, 31, 69, 88};
  Bytes wanted;
  for (const Bytes& row : {outer, inner, inner, outer}) wanted.insert(wanted.end(), row.begin(), row.end());
  EXPECT_EQ(padded(picture, 4), wanted);
}

TEST(RescalePadded, EqualsTheDefinition) {
  for (const auto& [width_px, height_px] :
       {std::pair{31, 16}, {31, 17}, {16, 31}, {9, 31}, {31, 1}, {2, 31}, {31, 30}}) {
    for (const int side_px : {1, 2, 5, 8, 30, 31}) {
      for (const int channels : {1, 3}) {
        const Picture picture = noise(width_px, height_px, channels);
        EXPECT_EQ(padded(picture, side_px), padded_by_definition(picture, side_px).pixels)
            << width_px << " x " << height_px << " to " << side_px;
      }
    }
  }
}

TEST(RescalePadded, TreatsBothAxesAlike) {
  for (const int side_px : {3, 8, 13, 20}) {
    const Picture picture = noise(13, 6, 3);
    const Picture wide = rescaled(picture, side_px, 3, Fit::kPad);
    EXPECT_EQ(padded(transposed(picture), side_px), transposed(wide).pixels) << side_px;
  }
}

TEST(RescalePadded, IsTheSameAsCroppedForASquare) {
  for (const int side_px : {1, 5, 13, 29}) {
    const Picture picture = noise(13, 13, 3);
    EXPECT_EQ(padded(picture, side_px), rescaled(picture, side_px, 3).pixels);
  }
}

TEST(RescalePadded, AddsNoEdgeToAConstantPicture) {
  for (const int value : {0, 1, 127, 254, 255}) {
    for (const int side_px : {1, 9, 17, 18, 40}) {
      const Picture picture = plain(17, 5, 3, value);
      for (const int channels : {1, 3}) {
        const Picture result = rescaled(picture, side_px, channels, Fit::kPad);
        EXPECT_EQ(result.pixels, Bytes(result.pixels.size(), static_cast<std::uint8_t>(value)));
      }
    }
  }
}

TEST(RescalePadded, KeepsTheMean) {
  const Picture picture = noise(97, 40, 1);
  for (const int side_px : {200, 64, 32, 10}) {
    // As for a cropped picture, and the mean colour is rounded: off by up to 1/2 on 60 % of the square.
    EXPECT_NEAR(mean_of(rescaled(picture, side_px, 1, Fit::kPad)), mean_of(picture), 0.45) << side_px;
  }
}

TEST(RescalePadded, MakesTheMeanGreyToo) {
  const Picture red = picture_of(4, 2, 3, [](int, int, int c) { return c == 0 ? 255 : 0; });
  EXPECT_EQ(rescaled(red, 4, 1, Fit::kPad).pixels, Bytes(16, 76));
}

TEST(RescalePadded, HoldsTheLargestSums) {
  EXPECT_EQ(padded(plain(16'384, 1, 3, 255), 1), Bytes(3, 255));
  EXPECT_EQ(rescaled(plain(1, 16'384, 3, 255), 1000, 1, Fit::kPad).pixels, Bytes(1'000'000, 255));
  EXPECT_EQ(rescaled(plain(2, 3, 3, 255), 2000, 1, Fit::kPad).pixels, Bytes(4'000'000, 255));
}

TEST(Rescale, SaysWhichPicturesItEnlarges) {
  EXPECT_TRUE(is_enlarged(plain(9, 7, 1, 0), 10, Fit::kPad));
  EXPECT_FALSE(is_enlarged(plain(9, 10, 1, 0), 10, Fit::kPad));
  EXPECT_FALSE(is_enlarged(plain(11, 1, 1, 0), 10, Fit::kPad));
  EXPECT_TRUE(is_enlarged(plain(20, 9, 1, 0), 10, Fit::kCrop));
  EXPECT_TRUE(is_enlarged(plain(9, 20, 1, 0), 10, Fit::kCrop));
  EXPECT_FALSE(is_enlarged(plain(20, 10, 1, 0), 10, Fit::kCrop));
}

}  // namespace
}  // namespace crescendo
