#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "images/split.h"

namespace crescendo {

struct PartLists {
  std::vector<Listed> listed;  // by picture
  PartsGiven given;
};

/// Reads train.txt, validation.txt and test.txt in `root`, where they stand: one picture a line, named as in `names`
/// ('class/file.jpg'); blank lines and Windows line ends are allowed.
/// Throws Error (bad input) with list and line: a picture that is not there, or one that two lists name; an empty list.
PartLists read_part_lists(const std::filesystem::path& root, std::span<const std::string> names);

}  // namespace crescendo
