#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <vector>

namespace crescendo {

/// The first `limit` bytes of a file. Throws Error: not found, or unavailable where the system refuses to read it.
std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file,
                                     std::size_t limit = std::numeric_limits<std::size_t>::max());

/// `count` bytes from byte `offset` on, fewer where the file ends before. Throws as read_bytes does.
std::vector<std::uint8_t> read_bytes_at(const std::filesystem::path& file, std::uint64_t offset, std::size_t count);

/// The `count` bytes at `first`, `first + step` and so on, fewer where the file ends before; nothing between them is
/// asked for. Throws as read_bytes does.
std::vector<std::uint8_t> read_every(const std::filesystem::path& file, std::uint64_t first, std::uint64_t step,
                                     std::size_t count);

/// What tells a written file from the one that was there before, without opening it.
struct FileStamp {
  std::uint64_t size_bytes = 0;
  std::uint64_t modified_ns = 0;
};

/// Throws Error as read_bytes does.
FileStamp file_stamp(const std::filesystem::path& file);

}  // namespace crescendo
