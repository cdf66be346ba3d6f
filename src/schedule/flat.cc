#include "schedule/finals.h"
#include "schedule/schedules.h"
#include "schedule/stopping.h"

namespace crescendo {
namespace {

struct FlatOptions : FinalsOptions, StoppingOptions {};

constexpr Option<FlatOptions> kOptions[] = {
    {"finalists", &FlatOptions::finalists, 1, 100, "points repeated before the best is named"},
    {"repeats", &FlatOptions::repeats, 0, 20, "new seeds for each of them"},
    {"stopping", &FlatOptions::stopping, 0, 0, kStoppingHelp},
    {"stopping_startup", &FlatOptions::stopping_startup, 1, 10'000, kStartupHelp},
};

/// Everything at the top rung: what one does without a ladder, and what the others are measured against.
class FlatSchedule : public Schedule {
 public:
  explicit FlatSchedule(const FlatOptions& options) : options_(options), stopping_(options) {}

  Step next(const History& history) const override {
    const int top = history.study().top();
    return within_budget(history, options_, [&]() -> Step { return Start{top, history.study().rung_box(top), Tag{}}; });
  }

  std::optional<int> planned_trials(const History& history, int rung) const override {
    return rung == history.study().top() ? history.study().budget.trials : 0;
  }

  bool watches() const override { return stopping_.watches(); }
  bool keep_going(const History& history, int trial, int, double) const override {
    return stopping_.keep_going(history, trial);
  }

 private:
  FlatOptions options_;
  StoppingRule stopping_;
};

}  // namespace

ScheduleEntry flat_schedule() {
  return {"flat", "everything at the top rung; what the others are measured against", "",
          describe<FlatOptions>(kOptions), [](const Options& given) -> std::unique_ptr<Schedule> {
            return std::make_unique<FlatSchedule>(read_options<FlatOptions>(given, kOptions, "schedule flat"));
          }};
}

}  // namespace crescendo
