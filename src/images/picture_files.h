#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crescendo/images.h"
#include "images/hash.h"

namespace crescendo {

/// Pictures that are files of their own: names relative to a root, labels, parts (nothing: the picture is not used).
struct FoundPictures {
  std::vector<std::string> names;
  std::vector<int> labels;
  std::vector<std::optional<Part>> parts;
};

/// The data set of such pictures. Its fingerprint goes on from `hash`, which says what else it depends on, with the
/// classes and with name, size, time and part of each picture. Of the pictures themselves it reads the headers of at
/// most 500 of the training part, drawn by `seed`.
/// Throws Error (bad input) when none of those can be read; of another kind for a picture that is not there.
std::unique_ptr<DataSet> picture_files(const std::filesystem::path& root, std::vector<std::string> classes,
                                       const FoundPictures& found, Hash hash, std::uint64_t seed,
                                       std::string remark = {});

}  // namespace crescendo
