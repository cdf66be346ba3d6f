#pragma once

#include <string>
#include <vector>

namespace crescendo {

/// A file that a command was told to write or to read, with the option that named it; an empty path: not given.
struct NamedFile {
  std::string option, path;
};

/// Makes sure, before any work, that every output can be written and is no other output and no input.
/// Throws Error (bad input) that names the option.
void check_outputs(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs);

/// The file of a storage's URL, empty where it has none.
std::string storage_file(const std::string& url);

/// That file and those that SQLite keeps beside it, as inputs which no output may replace; none where it has none.
std::vector<NamedFile> storage_files(const std::string& url);

}  // namespace crescendo
