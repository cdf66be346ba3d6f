#include "images/png_writer.h"

#include <gtest/gtest.h>

#include "images/png.h"
#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

TEST(PngWriter, WhatItWritesIsReadBackTheSame) {
  for (const int channels : {1, 3}) {
    const Picture picture =
        picture_maker::picture_of(7, 5, channels, [](int x, int y, int c) { return (x * 37 + y * 51 + c * 90) % 256; });
    const std::vector<std::uint8_t> file = encode_png(picture);
    EXPECT_EQ(read_png_header(file, "it").channels, channels);
    const Picture read = decode_png(file, "it");
    EXPECT_EQ(read.width_px, 7);
    EXPECT_EQ(read.height_px, 5);
    EXPECT_EQ(read.channels, channels);
    EXPECT_EQ(read.pixels, picture.pixels);
    EXPECT_EQ(encode_png(picture), file);
  }
}

}  // namespace
}  // namespace crescendo
