#include "schedule/hyperband.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "schedule/finals.h"
#include "schedule/schedules.h"
#include "schedule/stopping.h"

namespace crescendo {
namespace {

constexpr double kMostPoints = 1e6;  // of a bracket: what a ladder of many rungs would ask for is never reached

struct HyperbandOptions : FinalsOptions, StoppingOptions {
  HyperbandOptions() { repeats = 0; }
  int eta = 3;
  std::string sizes = "paper";
};

constexpr Option<HyperbandOptions> kOptions[] = {
    {"eta", &HyperbandOptions::eta, 2, 100, "one point in so many goes on to the next rung"},
    {"sizes", &HyperbandOptions::sizes, 0, 0, "of the brackets: paper, or hpbandster as that library rounds them"},
    {"finalists", &HyperbandOptions::finalists, 1, 100, "points repeated before the best is named"},
    {"repeats", &HyperbandOptions::repeats, 0, 20, "new seeds for each of them; 0: no finals"},
    {"stopping", &HyperbandOptions::stopping, 0, 0, kStoppingHelp},
    {"stopping_startup", &HyperbandOptions::stopping_startup, 1, 10'000, kStartupHelp},
};

BracketSizes sizes_called(const std::string& name) {
  if (name == "paper") return BracketSizes::kPaper;
  if (name == "hpbandster") return BracketSizes::kHpBandSter;
  bad_input(fmt::format("schedule hyperband: sizes must be paper or hpbandster, not '{}'", name));
}

/// Brackets of successive halving that begin at every rung in turn, the lowest first: who knows how well a cheap trial
/// tells what an expensive one would.
///
/// Source: Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar 2018, "Hyperband: A Novel Bandit-Based Approach to
/// Hyperparameter Optimization", algorithm 1. Sizes "hpbandster": Falkner, Klein, Hutter 2018 (BOHB), whose library
/// rounds before it multiplies; it also cycles from the most aggressive bracket.
/// Differs: a resource is a rung, so s_max is the ladder's top whatever its numbers are. The budget counts trials or
/// time, and brackets follow each other until it is used up. A free worker that would wait for a rung of one bracket
/// serves the next, so none ever waits.
class HyperbandSchedule : public Schedule {
 public:
  explicit HyperbandSchedule(const HyperbandOptions& options)
      : options_(options), sizes_(sizes_called(options.sizes)), stopping_(options) {}

  Step next(const History& history) const override {
    return within_budget(history, options_, [&]() -> Step {
      const int top = history.study().top();
      std::vector<BracketPlan> plans;
      for (int number = 0; number <= top; ++number) {
        plans.push_back(hyperband_plan(number, top, options_.eta, sizes_));
      }
      for (std::size_t number = 0;; ++number) {
        if (auto step = bracket_step(history, static_cast<int>(number), plans[number % plans.size()])) return *step;
      }
    });
  }

  bool watches() const override { return stopping_.watches(); }
  bool keep_going(const History& history, int trial, int, double) const override {
    return stopping_.keep_going(history, trial);
  }

 private:
  HyperbandOptions options_;
  BracketSizes sizes_;
  StoppingRule stopping_;
};

}  // namespace

BracketPlan hyperband_plan(int number, int top, int eta, BracketSizes sizes) {
  const int s = top - number % (top + 1);
  const double power = std::pow(eta, s);
  const bool paper = sizes == BracketSizes::kPaper;
  const double count = paper ? std::ceil((top + 1) * power / (s + 1)) : std::floor((top + 1.0) / (s + 1)) * power;
  return bracket_plan(top - s, top, static_cast<int>(std::min(kMostPoints, count)), eta);
}

ScheduleEntry hyperband_schedule() {
  return {"hyperband", "brackets of successive halving that begin at every rung in turn", "Li et al. 2018",
          describe<HyperbandOptions>(kOptions), [](const Options& given) -> std::unique_ptr<Schedule> {
            return std::make_unique<HyperbandSchedule>(
                read_options<HyperbandOptions>(given, kOptions, "schedule hyperband"));
          }};
}

}  // namespace crescendo
