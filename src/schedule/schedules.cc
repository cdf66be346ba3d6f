#include "schedule/schedules.h"

namespace crescendo {

std::unique_ptr<Schedule> make_schedule(const Study& study) {
  const ScheduleEntry entry = find_entry(kSchedules, study.schedule.name, "schedule");
  if (entry.check_study) entry.check_study(study);
  return entry.make(study.schedule.options);
}

}  // namespace crescendo
