#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "crescendo/space.h"

namespace crescendo {

/// A space that somebody wrote, and what its file says beside it.
struct SpaceFile {
  Space space;
  std::optional<bool> maximize = {};    // where the file says what is wanted
  std::string metric = {};              // what the file calls that which is to be best; empty: it does not say
  std::vector<std::string> notes = {};  // a sentence for each thing that is left out or means something else here
};

/// Reads a space of our own (.toml: tables [[parameter]], as in a study's file, which may be given too), one that
/// ConfigSpace wrote (.json) or a sweep of Weights & Biases (.yaml or .yml); docs/formats.md says what becomes of what.
/// Throws Error: not found, unavailable, or bad input naming the parameter and what would be accepted.
SpaceFile read_space_file(const std::filesystem::path& path);

}  // namespace crescendo
