#include "search/presets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "crescendo/error.h"
#include "sampler/samplers.h"
#include "schedule/schedules.h"

namespace crescendo {

const Preset& find_preset(std::string_view name) {
  const auto found = std::find_if(kPresets.begin(), kPresets.end(), [&](const Preset& p) { return p.name == name; });
  if (found != kPresets.end()) return *found;
  std::vector<std::string_view> names;
  for (const Preset& preset : kPresets) names.push_back(preset.name);
  bad_input(fmt::format("no preset called '{}'; there are: {}", name, fmt::join(names, " ")));
}

void check_goes_together(const Study& study) {
  const bool open = find_entry(kSchedules, study.schedule.name, "schedule").leaves_rung_open;
  if (!open || find_entry(kSamplers, study.sampler.name, "sampler").chooses_rung) return;
  std::vector<std::string_view> names;
  for (const auto& make : kSamplers) {
    const SamplerEntry entry = make();
    if (entry.chooses_rung) names.push_back(entry.name);
  }
  bad_input(
      fmt::format("schedule {} leaves each trial's rung to the sampler, but sampler {} chooses none; there is: {}",
                  study.schedule.name, study.sampler.name, fmt::join(names, " ")));
}

}  // namespace crescendo
