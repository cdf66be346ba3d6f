#pragma once

#include <cstring>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace crescendo {

// Files of numbers: four letters, version (u32), length of the header (u32), a JSON header, then arrays whose lengths
// the header tells; all little endian.

/// Everything before the arrays.
std::string file_head(std::string_view letters, std::uint32_t version, const Json& header);

/// An array as it lies in memory.
template <class T>
std::string_view array_bytes(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

/// Takes pieces from the front of a file's bytes and knows where it stands. Every error is bad input and names the
/// file and the offset.
class FilePieces {
 public:
  /// kind: what the file should be, as in "a file of trained weights".
  FilePieces(const std::filesystem::path& file, std::string_view kind, std::string_view bytes)
      : file_(file), kind_(kind), bytes_(bytes) {}

  /// The JSON text of the header, behind letters and version that must be these.
  std::string_view take_head(std::string_view letters, std::uint32_t version);

  template <class T>
  std::vector<T> take_array(std::size_t count, std::string_view what) {
    if (count > left() / sizeof(T)) take(left() + 1, what);
    const std::string_view bytes = take(count * sizeof(T), what);
    std::vector<T> values(count);
    if (count > 0) std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }

  /// Nothing may follow the piece called `what`.
  void finish(std::string_view what) const;

  [[noreturn]] void refuse(const std::string& reason) const;

 private:
  std::string_view take(std::size_t count, std::string_view what);
  std::uint32_t take_number(std::string_view what);
  std::size_t left() const { return bytes_.size() - at_; }

  const std::filesystem::path& file_;
  std::string_view kind_, bytes_;
  std::size_t at_ = 0;
};

}  // namespace crescendo
