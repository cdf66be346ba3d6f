#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace crescendo {

/// Class names, one a line, blanks at a line's end and empty lines at the file's end left out.
/// Throws Error: bad input naming the file as `name` for an empty line, or none at all; of another kind if it cannot be
/// read.
std::vector<std::string> read_class_names(const std::filesystem::path& file, const std::string& name);

/// Labels become classes: those that occur are numbered from 0 in their order, so that none without pictures comes to
/// be. Returns the label of each class.
std::vector<int> number_labels(std::span<int> labels);

}  // namespace crescendo
