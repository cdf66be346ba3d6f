#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "crescendo/images.h"

namespace crescendo {

/// Everything that decides what a set of rescaled pictures holds.
struct CacheKey {
  std::uint64_t fingerprint = 0;  // of the data set
  std::vector<Part> parts;        // in any order
  int side_px = 0, channels = 0;
  int decoded_side_px = 0;  // what DataSet::decode was asked for
  Fit fit = Fit::kCrop;
};

struct CachedImages {
  ImageSet images;  // without class names, which the data set knows
  std::vector<std::string> broken;
};

/// The file of a key, one a set, in the format of docs/data.md.
std::filesystem::path cache_file(const std::filesystem::path& folder, const CacheKey& key);

/// Nothing where there is no file, or one of another version, key or length, or with a wrong checksum.
std::optional<CachedImages> read_cache(const std::filesystem::path& folder, const CacheKey& key);

/// Writes beside the file and renames, so that a reader never sees half a file. Safe against other writers of the same
/// key on this and other machines. Throws Error (unavailable) where the system refuses to write.
void write_cache(const std::filesystem::path& folder, const CacheKey& key, const ImageSet& images,
                 std::span<const std::string> broken);

}  // namespace crescendo
