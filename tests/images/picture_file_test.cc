#include "images/picture_file.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

constexpr int kWhole = 10'000;  // a wanted side that lets nothing be scaled down

Picture decoded(const Bytes& file, int wanted_side_px = kWhole, Fit fit = Fit::kCrop) {
  return decode_picture(file, wanted_side_px, fit, "cat/1.jpg");
}

std::string decoding_error(const Bytes& file) {
  return error_of([&] { decoded(file); });
}

std::string header_error(const Bytes& file) {
  return error_of([&] { read_picture_header(file, "cat/1.jpg"); });
}

// Smooth enough for JPEG to keep within a few values.
Picture slope(int width_px, int height_px, int channels) {
  return picture_of(width_px, height_px, channels,
                    [=](int x, int y, int c) { return (c == 1 ? 255 - 2 * y : 2 * x) * 63 / std::max(width_px, 64); });
}

void expect_close(const Picture& found, const Picture& wanted, int within) {
  ASSERT_EQ(found.width_px, wanted.width_px);
  ASSERT_EQ(found.height_px, wanted.height_px);
  ASSERT_EQ(found.channels, wanted.channels);
  ASSERT_EQ(found.pixels.size(), wanted.pixels.size());
  for (std::size_t i = 0; i < wanted.pixels.size(); ++i) {
    ASSERT_LE(std::abs(found.pixels[i] - wanted.pixels[i]), within) << "value " << i;
  }
}

TEST(PictureFile, DecodesAColourJpeg) {
  const Picture picture = slope(40, 24, 3);
  expect_close(decoded(jpeg_bytes(picture)), picture, 8);
}

TEST(PictureFile, DecodesAProgressiveJpeg) {
  const Picture picture = slope(40, 24, 3);
  expect_close(decoded(jpeg_bytes(picture, {.progressive = true})), picture, 8);
}

TEST(PictureFile, DecodesAGreyJpeg) {
  const Picture picture = slope(40, 24, 1);
  expect_close(decoded(jpeg_bytes(picture)), picture, 4);
}

TEST(PictureFile, ScalesAJpegDownWhileItsShorterSideStaysLargeEnough) {
  const Bytes file = jpeg_bytes(slope(192, 130, 1));
  const auto shorter_side_px = [&](int wanted_side_px) { return decoded(file, wanted_side_px).height_px; };
  EXPECT_EQ(shorter_side_px(131), 130);
  EXPECT_EQ(shorter_side_px(66), 130);
  EXPECT_EQ(shorter_side_px(65), 65);
  EXPECT_EQ(shorter_side_px(33), 65);
  EXPECT_EQ(shorter_side_px(32), 33);  // 130 / 4 rounded up
  EXPECT_EQ(shorter_side_px(16), 17);
  EXPECT_EQ(shorter_side_px(1), 17);
}

TEST(PictureFile, ScalesAJpegToBePaddedDownWhileItsLongerSideStaysLargeEnough) {
  const Bytes wide = jpeg_bytes(slope(192, 20, 1)), turned = jpeg_bytes(slope(192, 20, 1), {.exif_orientation = 6});
  const auto longer_side_px = [&](int wanted_side_px) { return decoded(wide, wanted_side_px, Fit::kPad).width_px; };
  EXPECT_EQ(longer_side_px(193), 192);
  EXPECT_EQ(longer_side_px(97), 192);
  EXPECT_EQ(longer_side_px(96), 96);
  EXPECT_EQ(longer_side_px(48), 48);
  EXPECT_EQ(longer_side_px(1), 24);
  EXPECT_EQ(decoded(turned, 96, Fit::kPad).height_px, 96);
}

TEST(PictureFile, ScaledDownJpegShowsTheSamePicture) {
  const Picture small = decoded(jpeg_bytes(slope(256, 128, 3)), 16);
  ASSERT_EQ(small.width_px, 32);
  const Picture wanted = slope(256, 128, 3);
  expect_close(
      small, picture_of(32, 16, 3, [&](int x, int y, int c) { return value_at(wanted, x * 8 + 4, y * 8 + 4, c); }), 8);
}

// A letter F, which looks different in all eight orientations: bright strokes on black, 16 x 24 pixels.
bool in_letter(int x, int y) { return x < 4 || (y < 4) || (y >= 10 && y < 14 && x < 12); }

TEST(PictureFile, TurnsPhonesPicturesUpright) {
  constexpr int kWidth = 16, kHeight = 24;
  const Picture upright = picture_of(kWidth, kHeight, 1, [](int x, int y, int) { return in_letter(x, y) ? 220 : 0; });
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const bool swapped = orientation >= 5;
    // As the camera stores it: by EXIF, (row 0, column 0) is the top and left side of 1, top right of 2, bottom right
    // of 3, bottom left of 4, left top of 5, right top of 6, right bottom of 7, left bottom of 8.
    const Picture stored =
        picture_of(swapped ? kHeight : kWidth, swapped ? kWidth : kHeight, 1, [&](int column, int row, int) {
          int x = swapped ? row : column, y = swapped ? column : row;
          if (orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7) x = kWidth - 1 - x;
          if (orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8) y = kHeight - 1 - y;
          return value_at(upright, x, y);
        });
    for (const bool big_endian : {false, true}) {
      const Bytes file =
          jpeg_bytes(stored, {.quality = 100, .exif_orientation = orientation, .big_endian = big_endian});
      SCOPED_TRACE(orientation);
      expect_close(decoded(file), upright, 12);
      const PictureHeader header = read_picture_header(file, "cat/1.jpg");
      EXPECT_EQ(header.width_px, kWidth);
      EXPECT_EQ(header.height_px, kHeight);
    }
  }
}

TEST(PictureFile, IgnoresExifThatMakesNoSense) {
  EXPECT_EQ(decoded(jpeg_bytes(slope(16, 24, 1), {.exif_orientation = 9})).width_px, 16);
}

TEST(PictureFile, DecodesPngExactly) {
  for (const int channels : {1, 3}) {
    const Picture picture = slope(19, 7, channels);
    EXPECT_EQ(decoded(png_bytes(picture)).pixels, picture.pixels);
    EXPECT_EQ(decoded(png_bytes(picture)).channels, channels);
  }
}

TEST(PictureFile, DecodesAnInterlacedPng) {
  const Picture picture = slope(19, 13, 3);
  EXPECT_EQ(decoded(png_bytes(19, 13, picture.pixels, {.interlaced = true})).pixels, picture.pixels);
}

TEST(PictureFile, StripsTheLowerBitsOfA16BitPng) {
  const Bytes file = png_bytes(2, 1, {0x12, 0x34, 0xff, 0xff}, {.colour_type = PNG_COLOR_TYPE_GRAY, .bit_depth = 16});
  EXPECT_EQ(decoded(file).pixels, (Bytes{0x12, 0xff}));
}

TEST(PictureFile, SpreadsTheGreysOfFewBits) {
  const Bytes file = png_bytes(4, 1, {0b00'01'10'11}, {.colour_type = PNG_COLOR_TYPE_GRAY, .bit_depth = 2});
  EXPECT_EQ(decoded(file).pixels, (Bytes{0, 85, 170, 255}));
}

TEST(PictureFile, ExpandsAPalette) {
  const Bytes file = png_bytes(
      3, 1, {2, 0, 1}, {.colour_type = PNG_COLOR_TYPE_PALETTE, .palette = {{1, 2, 3}, {40, 50, 60}, {200, 210, 220}}});
  EXPECT_EQ(decoded(file).pixels, (Bytes{200, 210, 220, 1, 2, 3, 40, 50, 60}));
  EXPECT_EQ(read_picture_header(file, "p.png").channels, 3);
}

TEST(PictureFile, BlendsTransparencyOnWhite) {
  const Bytes grey = png_bytes(3, 1, {100, 255, 100, 0, 100, 51}, {.colour_type = PNG_COLOR_TYPE_GRAY_ALPHA});
  EXPECT_EQ(decoded(grey).channels, 1);
  EXPECT_EQ(decoded(grey).pixels, (Bytes{100, 255, 224}));
  const Bytes colour = png_bytes(1, 1, {0, 100, 200, 128}, {.colour_type = PNG_COLOR_TYPE_RGB_ALPHA});
  EXPECT_EQ(decoded(colour).pixels, (Bytes{127, 177, 227}));
  const Bytes palette = png_bytes(
      2, 1, {0, 1},
      {.colour_type = PNG_COLOR_TYPE_PALETTE, .palette = {{10, 20, 30}, {1, 2, 3}}, .palette_opacity = {255, 0}});
  EXPECT_EQ(decoded(palette).pixels, (Bytes{10, 20, 30, 255, 255, 255}));
}

TEST(PictureFile, ReadsSizeAndColourFromTheHeader) {
  for (const int channels : {1, 3}) {
    for (const Bytes& file : {jpeg_bytes(slope(50, 30, channels)), png_bytes(slope(50, 30, channels))}) {
      const PictureHeader header = read_picture_header(file, "p");
      EXPECT_EQ(header.width_px, 50);
      EXPECT_EQ(header.height_px, 30);
      EXPECT_EQ(header.channels, channels);
    }
  }
}

TEST(PictureFile, ReadsTheHeaderOfAFileThatIsCutBehindIt) {
  EXPECT_EQ(read_picture_header(first(png_bytes(slope(50, 30, 3)), 33), "p").width_px, 50);
  const Bytes jpeg = jpeg_bytes(slope(50, 30, 3));
  EXPECT_EQ(read_picture_header(first(jpeg, jpeg.size() - 100), "p").width_px, 50);
}

TEST(PictureFile, GoesByTheContentsNotTheName) {
  const Picture picture = slope(9, 9, 3);
  EXPECT_EQ(decode_picture(png_bytes(picture), kWhole, Fit::kCrop, "cat/1.jpg").pixels, picture.pixels);
}

TEST(PictureFile, NamesATextFileThatPretendsToBeAPicture) {
  const std::string text = "just words";
  EXPECT_EQ(decoding_error({text.begin(), text.end()}),
            "bad input: 'cat/1.jpg' is neither a JPEG nor a PNG file; JPEG and PNG files are read");
  EXPECT_EQ(decoding_error({}), "bad input: 'cat/1.jpg' is empty; JPEG and PNG files are read");
}

TEST(PictureFile, RefusesACmykJpeg) {
  const Bytes file = jpeg_bytes(plain(16, 16, 4, 50), {.cmyk = true});
  const std::string sentence =
      "bad input: 'cat/1.jpg' is a CMYK JPEG, made for printing; grey and RGB pictures are read";
  EXPECT_EQ(decoding_error(file), sentence);
  EXPECT_EQ(header_error(file), sentence);
}

TEST(PictureFile, RefusesAFileThatEndsTooEarly) {
  for (const bool progressive : {false, true}) {
    const Bytes jpeg = jpeg_bytes(slope(64, 64, 3), {.progressive = progressive});
    for (const std::size_t size : {std::size_t{3}, std::size_t{20}, jpeg.size() / 2, jpeg.size() * 9 / 10}) {
      EXPECT_TRUE(decoding_error(first(jpeg, size)).starts_with("bad input: 'cat/1.jpg' is not a sound JPEG file: "))
          << size;
    }
  }
  const Bytes png = png_bytes(slope(64, 64, 3));
  for (const std::size_t size : {std::size_t{8}, std::size_t{30}, png.size() / 2, png.size() - 13}) {
    EXPECT_TRUE(decoding_error(first(png, size)).starts_with("bad input: 'cat/1.jpg' is not a sound PNG file: "))
        << size;
  }
}

// The library fills both with grey or coarse pixels, and only warns.
TEST(PictureFile, RefusesAJpegThatLacksPixelsThoughItEndsWell) {
  const std::string sentence = "bad input: 'cat/1.jpg' is not a sound JPEG file: ";
  const Bytes jpeg = jpeg_bytes(slope(64, 64, 3));
  Bytes without_rows = first(jpeg, jpeg.size() - 100);
  without_rows.insert(without_rows.end(), {0xff, 0xd9});
  EXPECT_TRUE(decoding_error(without_rows).starts_with(sentence));

  const Bytes progressive = jpeg_bytes(slope(64, 64, 3), {.progressive = true});
  const Bytes start_of_scan = {0xff, 0xda};
  const auto last_scan =
      std::find_end(progressive.begin(), progressive.end(), start_of_scan.begin(), start_of_scan.end());
  EXPECT_TRUE(decoding_error({progressive.begin(), last_scan}).starts_with(sentence));
}

TEST(PictureFile, RefusesADamagedPng) {
  Bytes png = png_bytes(slope(64, 64, 3));
  png[png.size() / 2] ^= 0xff;
  EXPECT_TRUE(decoding_error(png).starts_with("bad input: 'cat/1.jpg' is not a sound PNG file: "));
}

// Only the header is changed, so that a test needs no picture of that size.
Bytes png_that_claims(std::uint32_t width_px, std::uint32_t height_px) {
  Bytes file = png_bytes(plain(1, 1, 1, 0));
  for (int i = 0; i < 4; ++i) {
    file[16 + i] = static_cast<std::uint8_t>(width_px >> (24 - 8 * i));
    file[20 + i] = static_cast<std::uint8_t>(height_px >> (24 - 8 * i));
  }
  return file;
}

Bytes jpeg_that_claims(int width_px, int height_px) {
  Bytes file = jpeg_bytes(plain(8, 8, 1, 0));
  const Bytes start_of_frame = {0xff, 0xc0};
  const auto at = std::search(file.begin(), file.end(), start_of_frame.begin(), start_of_frame.end());
  at[5] = static_cast<std::uint8_t>(height_px >> 8);
  at[6] = static_cast<std::uint8_t>(height_px);
  at[7] = static_cast<std::uint8_t>(width_px >> 8);
  at[8] = static_cast<std::uint8_t>(width_px);
  return file;
}

TEST(PictureFile, RefusesPicturesThatAreTooLarge) {
  const std::string limits = " pixels; at most 16384 a side and 100 megapixels are read";
  for (const Bytes& file : {png_that_claims(16'385, 2), jpeg_that_claims(16'385, 2)}) {
    EXPECT_EQ(header_error(file), "bad input: 'cat/1.jpg' has 16385x2" + limits);
    EXPECT_EQ(decoding_error(file), "bad input: 'cat/1.jpg' has 16385x2" + limits);
  }
  EXPECT_EQ(header_error(png_that_claims(2, 4'000'000'000)), "bad input: 'cat/1.jpg' has 2x4000000000" + limits);
  for (const Bytes& file : {png_that_claims(10'001, 10'000), jpeg_that_claims(10'001, 10'000)}) {
    EXPECT_EQ(decoding_error(file), "bad input: 'cat/1.jpg' has 10001x10000" + limits);
  }
  EXPECT_EQ(header_error(png_that_claims(10'000, 10'000)), "nothing");
  EXPECT_EQ(header_error(jpeg_that_claims(16'384, 6'000)), "nothing");
}

TEST(PictureFile, RefusesAPngWithoutPixels) {
  EXPECT_EQ(header_error(png_that_claims(0, 5)), "bad input: 'cat/1.jpg' is not a sound PNG file: it has no pixels");
}

}  // namespace
}  // namespace crescendo
