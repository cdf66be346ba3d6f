#include "base/base64.h"

#include <string_view>

namespace crescendo {

std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t first = 0; first < bytes.size(); first += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = first; i < first + 3; ++i) bits = bits << 8 | (i < bytes.size() ? bytes[i] : 0u);
    for (int shift = 18; shift >= 0; shift -= 6) text.push_back(kAlphabet[bits >> shift & 63]);
    for (std::size_t missing = bytes.size(); missing < first + 3; ++missing) {
      text[text.size() - 1 - (missing - bytes.size())] = '=';
    }
  }
  return text;
}

}  // namespace crescendo
