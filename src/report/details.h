#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"

namespace crescendo {

/// What trials left in <folder>/trials that a page can show: {trial number: {name of the file: its content}}, without
/// the trials and files that are not there. A file that is too large, no JSON, or not of the form that docs/formats.md
/// promises is left out with a sentence in `notes`. Pictures are of the first trials for whose files `picture_bytes`
/// suffice all together.
Json details_json(const std::filesystem::path& folder, std::span<const int> trials, std::uintmax_t picture_bytes,
                  std::vector<std::string>& notes);

}  // namespace crescendo
