#pragma once

#include <array>
#include <string_view>

#include "crescendo/study.h"

namespace crescendo {

/// A known method: a sampler and a schedule that go together, with their usual options.
struct Preset {
  std::string_view name, sampler, schedule, summary;
};

// The presets, one line each.
inline constexpr std::array kPresets = {
    Preset{"random", "random", "flat", "random points, each executed in full"},
    Preset{"tpe", "tpe", "flat", "tree-structured Parzen estimator, each point executed in full"},
    Preset{"auto", "auto", "flat", "the sampler that suits the space, each point executed in full"},
    Preset{"iis+auto", "auto", "ramp", "increasing image sizes with the sampler that suits the space; the default"},
    Preset{"iis", "random", "ramp", "increasing image sizes (Hinz et al. 2018) with random points"},
    Preset{"iis+tpe", "tpe", "ramp", "increasing image sizes with TPE"},
    Preset{"iis+smac", "smac", "ramp", "increasing image sizes with SMAC"},
    Preset{"iis+genetic", "genetic", "ramp", "increasing image sizes with a genetic algorithm"},
    Preset{"iis-adaptive", "random", "adaptive", "increasing image sizes, each for as long as it pays"},
    Preset{"adaptive+auto", "auto", "adaptive", "increasing image sizes, each for as long as it pays, with auto"},
    Preset{"adaptive+tpe", "tpe", "adaptive", "increasing image sizes, each for as long as it pays, with TPE"},
    Preset{"halving", "random", "halving", "successive halving (Jamieson, Talwalkar 2016)"},
    Preset{"hyperband", "random", "hyperband", "brackets of halving that begin at every rung (Li et al. 2018)"},
    Preset{"asha", "random", "asha", "asynchronous halving (Li et al. 2020)"},
    Preset{"asha+auto", "auto", "asha", "asynchronous halving with points of auto"},
    Preset{"asha+tpe", "tpe", "asha", "asynchronous halving with points of TPE"},
    Preset{"asha+smac", "smac", "asha", "asynchronous halving with points of SMAC"},
    Preset{"bohb", "tpe", "hyperband", "Hyperband with points of TPE (Falkner et al. 2018)"},
    Preset{"fabolas", "fabolas", "open", "FABOLAS (Klein et al. 2017): points and rungs by what they tell in a second"},
    Preset{"pbt", "random", "population", "population-based training (Jaderberg et al. 2017)"},
    Preset{"dehb", "differential", "hyperband", "Hyperband with differential evolution (Awad et al. 2021)"},
};

/// Throws Error (bad input) naming those there are.
const Preset& find_preset(std::string_view name);

/// Throws Error (bad input) where the study's schedule leaves the rung to its sampler and that one does not choose any.
/// The other way round is no mistake: where the schedule says the rung, such a sampler proposes for it.
void check_goes_together(const Study& study);

}  // namespace crescendo
