#pragma once

#include <array>
#include <string_view>

namespace crescendo {

/// A known method: a sampler and a schedule that go together, with their usual options.
struct Preset {
  std::string_view name, sampler, schedule, summary;
};

// The presets, one line each.
inline constexpr std::array kPresets = {
    Preset{"random", "random", "flat", "random points, each executed in full"},
    Preset{"tpe", "tpe", "flat", "tree-structured Parzen estimator, each point executed in full"},
    Preset{"iis", "random", "ramp", "increasing image sizes (Hinz et al. 2018) with random points"},
    Preset{"iis+tpe", "tpe", "ramp", "increasing image sizes with TPE"},
    Preset{"iis+smac", "smac", "ramp", "increasing image sizes with SMAC"},
    Preset{"iis+genetic", "genetic", "ramp", "increasing image sizes with a genetic algorithm"},
};

/// Throws Error (bad input) naming those there are.
const Preset& find_preset(std::string_view name);

}  // namespace crescendo
