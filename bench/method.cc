#include "bench/method.h"

#include <algorithm>
#include <vector>

#include "bench/named.h"
#include "crescendo/error.h"
#include "search/presets.h"

namespace crescendo {

Method parse_method(const std::string& text) {
  const auto preset = std::find_if(kPresets.begin(), kPresets.end(), [&](const Preset& p) { return p.name == text; });
  if (preset != kPresets.end()) {
    return {text, parse_named(std::string(preset->schedule)), parse_named(std::string(preset->sampler))};
  }
  const std::vector<std::string> parts = split(text, '+');
  if (parts.size() != 2) bad_input("'" + text + "' is neither a preset nor SCHEDULE+SAMPLER");
  return {text, parse_named(parts[0]), parse_named(parts[1])};
}

}  // namespace crescendo
