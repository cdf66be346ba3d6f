#include "schedule/finals.h"
#include "schedule/schedules.h"

namespace crescendo {
namespace {

constexpr Option<FinalsOptions> kOptions[] = {
    {"finalists", &FinalsOptions::finalists, 1, 100, "points repeated before the best is named"},
    {"repeats", &FinalsOptions::repeats, 0, 20, "new seeds for each of them"},
};

/// Everything at the top rung: what one does without a ladder, and what the others are measured against.
class FlatSchedule : public Schedule {
 public:
  explicit FlatSchedule(FinalsOptions options) : options_(options) {}

  Step next(const History& history) const override {
    const int top = history.study().top();
    // Not over while a trial runs: its worker may die, and another must be there to take it over.
    const Allowance all = whole_budget(history.study());
    if (trials_left(history, top, all) == 0) return history.running(top) > 0 ? Step(Wait{}) : Step(Finish{});
    return finals_step(history, options_, all, [&]() -> Step {
      return Start{top, history.study().rung_box(top), Tag{}};
    });
  }

 private:
  FinalsOptions options_;
};

}  // namespace

ScheduleEntry flat_schedule() {
  return {"flat", "everything at the top rung; what the others are measured against", "",
          describe<FinalsOptions>(kOptions), [](const Options& given) -> std::unique_ptr<Schedule> {
            return std::make_unique<FlatSchedule>(read_options<FinalsOptions>(given, kOptions, "schedule flat"));
          }};
}

}  // namespace crescendo
