#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"

namespace crescendo {

/// What trials left in <folder>/trials that a page can show: {trial number: {name of the file: its content}}, without
/// the trials and files that are not there. A file that is no JSON is left out with a sentence in `notes`.
Json details_json(const std::filesystem::path& folder, std::span<const int> trials, std::vector<std::string>& notes);

}  // namespace crescendo
