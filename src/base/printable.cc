#include "base/printable.h"

#include <fmt/format.h>

#include <algorithm>

namespace crescendo {
namespace {

// Bytes of the UTF-8 character that `text` begins with; 0 if it begins with none.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0u) != 0x80) return 0;
  }
  // Longer forms than needed, surrogates, and what lies above the last character.
  const unsigned second = byte(1);
  const bool wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                     (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return wrong ? 0 : length;
}

}  // namespace

std::string printable(std::string_view text, std::size_t most_bytes) {
  std::string result;
  std::size_t done = 0;
  while (done < text.size()) {
    const std::size_t length = character_bytes(text.substr(done));
    if (done + std::max<std::size_t>(length, 1) > most_bytes) return result + "...";
    const auto byte = static_cast<unsigned char>(text[done]);
    if (byte == '\n') {
      result += "\\n";
    } else if (byte == '\t') {
      result += "\\t";
    } else if (length == 0 || byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += text.substr(done, length);
    }
    done += std::max<std::size_t>(length, 1);
  }
  return result;
}

}  // namespace crescendo
