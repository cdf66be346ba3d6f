#include "images/idx_format.h"

#include <fmt/format.h>

#include <algorithm>

#include "crescendo/error.h"
#include "images/inflate.h"

namespace crescendo {
namespace {

bool is_gzip(std::span<const std::uint8_t> file) { return file.size() >= 2 && file[0] == 0x1f && file[1] == 0x8b; }

Unpacked unpacked_start(std::span<const std::uint8_t> file, std::size_t limit, std::string_view name) {
  if (is_gzip(file)) return inflate_start(file, Packing::kGzip, limit, name);
  const auto start = file.first(std::min(limit, file.size()));
  return {{start.begin(), start.end()}, start.size() == file.size()};
}

// The number of values, bounded so that it cannot overflow.
std::size_t value_count(std::span<const std::size_t> dimensions, std::string_view name) {
  constexpr std::size_t kLargest = std::size_t{1} << 40;
  std::size_t count = 1;
  for (const std::size_t dimension : dimensions) {
    if (dimension == 0 || count > kLargest / dimension) {
      bad_input(
          fmt::format("'{}' has a header that promises {} values, at byte 4; every dimension must be at least 1, "
                      "and all together at most 2^40",
                      name, fmt::join(dimensions, " x ")));
    }
    count *= dimension;
  }
  return count;
}

}  // namespace

std::vector<std::size_t> read_idx_dimensions(std::span<const std::uint8_t> start, std::size_t dimensions,
                                             std::string_view name) {
  const std::size_t header_bytes = 4 + 4 * dimensions;
  const std::vector<std::uint8_t> header = unpacked_start(start, header_bytes, name).bytes;
  const std::uint8_t magic[] = {0, 0, 8, static_cast<std::uint8_t>(dimensions)};
  const auto differs = std::mismatch(header.begin(), header.end(), std::begin(magic), std::end(magic));
  if (differs.first != header.end() && differs.second != std::end(magic)) {
    bad_input(fmt::format("'{}' has {:#04x} at byte {}; an IDX file of bytes in {} dimensions begins 00 00 08 {:02x}",
                          name, *differs.first, differs.first - header.begin(), dimensions, dimensions));
  }
  if (header.size() < header_bytes) {
    bad_input(fmt::format("'{}' ends at byte {}; its IDX header has {} bytes", name, header.size(), header_bytes));
  }
  std::vector<std::size_t> sizes;
  for (std::size_t at = 4; at < header_bytes; at += 4) {
    sizes.push_back(std::size_t{header[at]} << 24 | std::size_t{header[at + 1]} << 16 |
                    std::size_t{header[at + 2]} << 8 | header[at + 3]);
  }
  return sizes;
}

IdxArray read_idx(std::span<const std::uint8_t> file, std::size_t dimensions, std::string_view name) {
  IdxArray array{read_idx_dimensions(file, dimensions, name), {}};
  const std::size_t expected = array.header_bytes() + value_count(array.dimensions, name);
  Unpacked unpacked = unpacked_start(file, expected + 1, name);
  if (unpacked.bytes.size() < expected) {
    bad_input(fmt::format("'{}' ends at byte {}; its header promises {} bytes", name, unpacked.bytes.size(), expected));
  }
  if (unpacked.bytes.size() > expected) {
    bad_input(fmt::format("'{}' goes on at byte {}, where its header promises the end", name, expected));
  }
  if (!unpacked.whole) {
    bad_input(fmt::format("'{}' has all its {} bytes but not the gzip checksum that follows them; the file was cut",
                          name, expected));
  }
  array.file = std::move(unpacked.bytes);
  return array;
}

}  // namespace crescendo
