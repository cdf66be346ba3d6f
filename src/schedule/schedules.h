#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "base/options.h"
#include "crescendo/schedule.h"

namespace crescendo {

struct ScheduleEntry {
  std::string_view name, summary, source;
  std::vector<OptionInfo> options;
  std::unique_ptr<Schedule> (*make)(const Options&);
  void (*check_study)(const Study&) = nullptr;  // throws Error (bad input) for a ladder that it cannot climb
  bool leaves_rung_open = false;                // to the sampler, which must then choose it
};

// The schedules. To add one: write src/schedule/<name>.cc, then one line in each list here.
ScheduleEntry flat_schedule();
ScheduleEntry ramp_schedule();
ScheduleEntry adaptive_schedule();
ScheduleEntry halving_schedule();
ScheduleEntry hyperband_schedule();
ScheduleEntry asha_schedule();
ScheduleEntry open_schedule();
ScheduleEntry population_schedule();

inline constexpr std::array kSchedules = {
    &flat_schedule,      &ramp_schedule, &adaptive_schedule, &halving_schedule,
    &hyperband_schedule, &asha_schedule, &open_schedule,     &population_schedule,
};

}  // namespace crescendo
