#pragma once

#include "images/picture_file.h"

namespace crescendo {

/// The JPEG half of read_picture_header and decode_picture.
PictureHeader read_jpeg_header(std::span<const std::uint8_t> file, std::string_view name);
Picture decode_jpeg(std::span<const std::uint8_t> file, int wanted_side_px, Fit fit, std::string_view name);

}  // namespace crescendo
