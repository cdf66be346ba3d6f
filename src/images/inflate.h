#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace crescendo {

struct Unpacked {
  std::vector<std::uint8_t> bytes;
  bool whole = false;  // nothing is missing: a compressed stream ended there, and its checksum is right
};

enum class Packing { kGzip, kZlib };

/// The first `limit` unpacked bytes of a compressed stream, fewer where it ends before. Memory grows with what comes
/// out, never with what a header claims. Throws Error (bad input) naming the file as `name` where the stream is
/// damaged.
Unpacked inflate_start(std::span<const std::uint8_t> packed, Packing packing, std::size_t limit, std::string_view name);

}  // namespace crescendo
