#include "search/program_study.h"

#include <fmt/format.h>

#include <algorithm>

#include "crescendo/error.h"
#include "schedule/schedules.h"
#include "search/presets.h"

namespace crescendo {
namespace {

void check_values(const std::string& name, const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] > 0)) bad_input(fmt::format("the ladder's {} must be above 0, not {}", name, values[i]));
    if (i == 0 || values[i] >= values[i - 1]) continue;
    bad_input(fmt::format("the ladder's {} must not fall, but {} comes after {}", name, values[i], values[i - 1]));
  }
}

std::vector<Rung> make_ladder(const std::vector<Fidelity>& fidelities) {
  const std::size_t rungs = fidelities.empty() ? 1 : fidelities.front().second.size();
  std::vector<Rung> ladder(rungs);
  for (const auto& [name, values] : fidelities) {
    if (values.size() != rungs) {
      bad_input(fmt::format("the ladder has {} values of {} and {} of {}; give as many of each", rungs,
                            fidelities.front().first, values.size(), name));
    }
    if (ladder.front().fidelity.contains(name)) bad_input(fmt::format("the ladder's {} is given twice", name));
    check_values(name, values);
    for (std::size_t i = 0; i < rungs; ++i) ladder[i].fidelity[name] = values[i];
  }
  for (std::size_t i = 0; i < rungs; ++i) {
    if (i > 0 && ladder[i].fidelity == ladder[i - 1].fidelity) {
      bad_input(fmt::format("rungs {} and {} of the ladder are the same; leave one out", i, i + 1));
    }
    ladder[i].share = static_cast<double>(rungs - i);
  }
  return ladder;
}

}  // namespace

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
  study.space = request.space;
  study.lag = request.lag;
  study.sampler = request.sampler.value_or(Named{preset ? std::string(preset->sampler) : "tpe"});
  const std::string schedule = preset ? std::string(preset->schedule) : study.top() > 0 ? "ramp" : "flat";
  study.schedule = request.schedule ? *request.schedule : without_repeats({schedule});
  return study;
}

}  // namespace crescendo
