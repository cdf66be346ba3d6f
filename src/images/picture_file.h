#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "crescendo/images.h"

namespace crescendo {

inline constexpr int kMaxPictureSidePx = 16'384;
inline constexpr std::int64_t kMaxPicturePixels = 100'000'000;

struct PictureHeader {
  int width_px = 0, height_px = 0;  // as shown: turned as EXIF says
  int channels = 0;                 // of the decoded picture: 1 grey, 3 RGB
};

/// Size and colour of a JPEG or PNG file from its first bytes; the kind is told by the contents, not by the name.
/// Throws Error (bad input) naming the picture as `name`: broken, too large, or of a kind that is not read.
PictureHeader read_picture_header(std::span<const std::uint8_t> file, std::string_view name);

/// A whole JPEG or PNG file as 8-bit grey or RGB, upright. Sixteen bits lose their lower eight, palettes become RGB,
/// transparency is blended on white. A JPEG is scaled down by 2, 4 or 8 where the side that `fit` goes by stays at
/// least `wanted_side_px`: the shorter one to be cropped, the longer one to be padded. Throws as read_picture_header
/// does, also for a file that ends too early.
Picture decode_picture(std::span<const std::uint8_t> file, int wanted_side_px, Fit fit, std::string_view name);

/// Throws Error (bad input) for a picture beyond the two limits above. For the decoders.
void check_picture_size(std::int64_t width_px, std::int64_t height_px, std::string_view name);

}  // namespace crescendo
