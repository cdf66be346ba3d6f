#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace crescendo {

/// An array of bytes in the IDX format of the MNIST data set: two zero bytes, the type (8: unsigned byte), the number
/// of dimensions, each dimension as a big-endian 32-bit number, then the values in row-major order.
struct IdxArray {
  std::vector<std::size_t> dimensions;
  std::vector<std::uint8_t> file;  // unpacked, header included

  std::size_t header_bytes() const { return 4 + 4 * dimensions.size(); }
  std::span<const std::uint8_t> values() const { return std::span(file).subspan(header_bytes()); }
};

/// Reads a plain or gzip-compressed IDX file of `dimensions` dimensions.
/// Throws Error (bad input) naming the file as `name`, the offset in the unpacked bytes, and what was expected there.
IdxArray read_idx(std::span<const std::uint8_t> file, std::size_t dimensions, std::string_view name);

/// The dimensions alone, from the beginning of such a file. Throws as read_idx does.
std::vector<std::size_t> read_idx_dimensions(std::span<const std::uint8_t> start, std::size_t dimensions,
                                             std::string_view name);

}  // namespace crescendo
