#include "schedule/schedules.h"

namespace crescendo {

std::unique_ptr<Schedule> make_schedule(const Study& study) {
  return find_entry(kSchedules, study.schedule.name, "schedule").make(study.schedule.options);
}

}  // namespace crescendo
