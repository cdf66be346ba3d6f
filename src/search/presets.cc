#include "search/presets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "crescendo/error.h"

namespace crescendo {

const Preset& find_preset(std::string_view name) {
  const auto found = std::find_if(kPresets.begin(), kPresets.end(), [&](const Preset& p) { return p.name == name; });
  if (found != kPresets.end()) return *found;
  std::vector<std::string_view> names;
  for (const Preset& preset : kPresets) names.push_back(preset.name);
  bad_input(fmt::format("no preset called '{}'; there are: {}", name, fmt::join(names, " ")));
}

}  // namespace crescendo
