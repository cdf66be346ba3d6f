#pragma once

#include <cstdint>
#include <vector>

#include "crescendo/images.h"

namespace crescendo {

/// The picture as a PNG file of 8 bits a channel, grey or RGB.
std::vector<std::uint8_t> encode_png(const Picture& picture);

}  // namespace crescendo
