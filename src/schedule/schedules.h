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
};

// The schedules. To add one: write src/schedule/<name>.cc, then one line in each list here.
ScheduleEntry flat_schedule();
ScheduleEntry ramp_schedule();

inline constexpr std::array kSchedules = {
    &flat_schedule,
    &ramp_schedule,
};

}  // namespace crescendo
