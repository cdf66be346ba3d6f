#include "images/picture_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "crescendo/error.h"
#include "images/jpeg.h"
#include "images/png.h"

namespace crescendo {
namespace {

enum class Kind { kJpeg, kPng };

bool starts_with(std::span<const std::uint8_t> file, std::span<const std::uint8_t> start) {
  return file.size() >= start.size() && std::equal(start.begin(), start.end(), file.begin());
}

Kind kind_of(std::span<const std::uint8_t> file, std::string_view name) {
  constexpr std::array<std::uint8_t, 3> kJpegStart = {0xff, 0xd8, 0xff};
  constexpr std::array<std::uint8_t, 8> kPngStart = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  if (starts_with(file, kJpegStart)) return Kind::kJpeg;
  if (starts_with(file, kPngStart)) return Kind::kPng;
  bad_input(fmt::format("'{}' {}; JPEG and PNG files are read", name,
                        file.empty() ? "is empty" : "is neither a JPEG nor a PNG file"));
}

}  // namespace

PictureHeader read_picture_header(std::span<const std::uint8_t> file, std::string_view name) {
  return kind_of(file, name) == Kind::kJpeg ? read_jpeg_header(file, name) : read_png_header(file, name);
}

Picture decode_picture(std::span<const std::uint8_t> file, int wanted_side_px, Fit fit, std::string_view name) {
  return kind_of(file, name) == Kind::kJpeg ? decode_jpeg(file, wanted_side_px, fit, name) : decode_png(file, name);
}

void check_picture_size(std::int64_t width_px, std::int64_t height_px, std::string_view name) {
  if (width_px <= kMaxPictureSidePx && height_px <= kMaxPictureSidePx && width_px * height_px <= kMaxPicturePixels) {
    return;
  }
  bad_input(fmt::format("'{}' has {}x{} pixels; at most {} a side and {} megapixels are read", name, width_px,
                        height_px, kMaxPictureSidePx, kMaxPicturePixels / 1'000'000));
}

}  // namespace crescendo
