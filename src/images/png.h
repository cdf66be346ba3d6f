#pragma once

#include "images/picture_file.h"

namespace crescendo {

/// The PNG half of read_picture_header and decode_picture.
PictureHeader read_png_header(std::span<const std::uint8_t> file, std::string_view name);
Picture decode_png(std::span<const std::uint8_t> file, std::string_view name);

}  // namespace crescendo
