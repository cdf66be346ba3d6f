#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "crescendo/objective.h"

namespace crescendo {

struct ObjectiveEntry {
  std::string_view name, summary;
  std::vector<OptionInfo> options;
  /// Makes the maker of the workers' objectives from a study; throws Error (bad input) for options that make no sense.
  /// None where a search must first hand it data (the CNN: its pictures).
  ObjectiveMaker (*make)(const Study&) = nullptr;
};

// The objectives. To add one: write src/objective/<name>.cc, then one line in each list here.
ObjectiveEntry cnn_objective();
ObjectiveEntry command_objective();
ObjectiveEntry server_objective();

inline constexpr std::array kObjectives = {
    &cnn_objective,
    &command_objective,
    &server_objective,
};

}  // namespace crescendo
