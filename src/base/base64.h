#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace crescendo {

/// RFC 4648, section 4, with padding and without line breaks.
std::string base64(std::span<const std::uint8_t> bytes);

}  // namespace crescendo
