#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crescendo/images.h"
#include "images/file_bytes.h"

namespace crescendo {

struct StampedFile {
  std::string name;
  FileStamp stamp;
};

/// DataSet::fingerprint of a layout that keeps many pictures in a file. labels, parts: of every picture of the files.
std::uint64_t fingerprint_of(std::string_view layout, std::span<const StampedFile> files,
                             std::span<const std::string> classes, std::span<const int> labels,
                             std::span<const std::optional<Part>> parts);

}  // namespace crescendo
