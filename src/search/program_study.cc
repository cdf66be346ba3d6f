#include "search/program_study.h"

#include <fmt/format.h>

#include <algorithm>

#include "crescendo/error.h"
#include "schedule/schedules.h"
#include "search/presets.h"

namespace crescendo {
Named without_repeats(Named schedule) {
  const auto options = find_entry(kSchedules, schedule.name, "schedule").options;
  const bool repeats =
      std::any_of(options.begin(), options.end(), [](const OptionInfo& option) { return option.name == "repeats"; });
  if (repeats) schedule.options["repeats"] = 0.0;
  return schedule;
}

Study make_program_study(const ProgramStudyRequest& request) {
  const Preset* preset = request.preset.empty() ? nullptr : &find_preset(request.preset);
  Study study;
  study.name = request.name;
  study.seed = request.seed;
  study.maximize = request.maximize;
  study.objective = request.objective;
  study.budget = request.budget;
  study.ladder = make_ladder(request.fidelities);
  share_time(study.ladder, request.budget);
  study.space = request.space;
  study.lag = request.lag;
  study.sampler = request.sampler.value_or(Named{preset ? std::string(preset->sampler) : "auto"});
  const std::string schedule = preset ? std::string(preset->schedule) : study.top() > 0 ? "ramp" : "flat";
  study.schedule = request.schedule ? *request.schedule : without_repeats({schedule});
  return study;
}

}  // namespace crescendo
