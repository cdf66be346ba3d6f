#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "crescendo/sampler.h"

namespace crescendo {

struct SamplerEntry {
  std::string_view name, summary, source;
  std::vector<OptionInfo> options;
  bool learns;  // from outcomes
  std::unique_ptr<Sampler> (*make)(const Options&);
  void (*check_space)(const Space&) = nullptr;    // throws Error (bad input) for a space that it cannot search
  std::string (*reason)(const Study&) = nullptr;  // where it leaves the choice of points to others: to whom, and why
  bool chooses_rung = false;                      // where the schedule leaves it open
};

/// Throws Error (bad input) where the study's constraints leave no point that could be found in its space, or in the
/// limits of a rung.
void check_constraints(const Study& study);

// The samplers. To add one: write src/sampler/<name>.cc, then one line in each list here.
SamplerEntry random_sampler();
SamplerEntry grid_sampler();
SamplerEntry quasi_sampler();
SamplerEntry tpe_sampler();
SamplerEntry smac_sampler();
SamplerEntry genetic_sampler();
SamplerEntry differential_sampler();
SamplerEntry cmaes_sampler();
SamplerEntry swarm_sampler();
SamplerEntry reinforce_sampler();
SamplerEntry gp_sampler();
SamplerEntry fabolas_sampler();
SamplerEntry auto_sampler();

// clang-format off
inline constexpr std::array kSamplers = {
    &random_sampler,
    &grid_sampler,
    &quasi_sampler,
    &tpe_sampler,
    &smac_sampler,
    &genetic_sampler,
    &differential_sampler,
    &cmaes_sampler,
    &swarm_sampler,
    &reinforce_sampler,
    &gp_sampler,
    &fabolas_sampler,
    &auto_sampler,
};
// clang-format on

}  // namespace crescendo
