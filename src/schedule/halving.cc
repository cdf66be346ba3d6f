#include <algorithm>
#include <cmath>

#include "schedule/brackets.h"
#include "schedule/finals.h"
#include "schedule/schedules.h"
#include "schedule/stopping.h"

namespace crescendo {
namespace {

struct HalvingOptions : FinalsOptions, StoppingOptions {
  HalvingOptions() { repeats = 0; }
  int eta = 3;
  int n = 0;
  bool fill = false;
};

constexpr Option<HalvingOptions> kOptions[] = {
    {"eta", &HalvingOptions::eta, 2, 100, "one point in so many goes on to the next rung"},
    {"n", &HalvingOptions::n, 0, 1'000'000, "points at the first rung; 0: as many as the budget pays for"},
    {"fill", &HalvingOptions::fill, 0, 1, "whether workers that would wait for a rung's end try further points there"},
    {"finalists", &HalvingOptions::finalists, 1, 100, "points repeated before the best is named"},
    {"repeats", &HalvingOptions::repeats, 0, 20, "new seeds for each of them; 0: no finals"},
    {"stopping", &HalvingOptions::stopping, 0, 0, kStoppingHelp},
    {"stopping_startup", &HalvingOptions::stopping_startup, 1, 10'000, kStartupHelp},
};

/// Successive halving: many points at the lowest rung, of each rung the best share once more at the next.
///
/// Source: Jamieson, Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization"; sizes
/// and their rounding as in Li et al. 2018 (Hyperband), algorithm 1.
/// Differs: the budget counts trials or time, not resources. When a bracket is through and budget is left, another
/// begins. Failed trials and those stopped early are never promoted, so a rung may have fewer points than planned.
/// A rung begins when all of the one below have ended; with `fill` workers that would wait meanwhile promote the next
/// best from below, or start new points at the lowest rung. The rung ends when its planned trials have; those that
/// filled the wait compete for promotion once they have ended.
class HalvingSchedule : public Schedule {
 public:
  explicit HalvingSchedule(const HalvingOptions& options) : options_(options), stopping_(options) {}

  Step next(const History& history) const override {
    return within_budget(history, options_, [&]() -> Step {
      const int brackets = static_cast<int>(history.brackets().size());
      for (int number = 0; number < brackets; ++number) {
        const BracketPlan plan = planned(history, number);
        if (auto step = bracket_step(history, number, plan)) return *step;
        if (waits(history, number, plan)) return options_.fill ? filling(history, number, plan) : Step(Wait{});
      }
      return *bracket_step(history, brackets, planned(history, brackets));
    });
  }

  bool watches() const override { return stopping_.watches(); }
  bool keep_going(const History& history, int trial, int, double) const override {
    return stopping_.keep_going(history, trial);
  }

 private:
  // The largest that what the budget had left when the bracket began pays for, and what its finals need.
  BracketPlan planned(const History& history, int number) const {
    const int top = history.study().top();
    if (options_.n > 0) return bracket_plan(0, top, options_.n, options_.eta);
    if (!history.study().budget.trials) {
      // So many that one is left at the top rung.
      return bracket_plan(0, top, static_cast<int>(std::min(1e6, std::pow(options_.eta, top))), options_.eta);
    }
    const auto index = static_cast<std::size_t>(number);
    const bool begun = index < history.brackets().size();
    const int before = begun ? history.brackets()[index].first_trial : static_cast<int>(history.trials().size());
    const int payable = *history.study().budget.trials - before - options_.finalists * options_.repeats;
    int low = 1, high = std::max(1, payable);
    while (low < high) {
      const int middle = low + (high - low + 1) / 2;
      const bool pays = total(bracket_plan(0, top, middle, options_.eta)) <= payable;
      (pays ? low : high) = pays ? middle : middle - 1;
    }
    return bracket_plan(0, top, low, options_.eta);
  }

  // A further point at the rung that a bracket waits for, unless that would take from what the plan still needs.
  Step filling(const History& history, int number, const BracketPlan& plan) const {
    const Bracket& bracket = history.brackets()[static_cast<std::size_t>(number)];
    int needed = options_.finalists * options_.repeats;
    for (int rung = bracket.rung + 1; rung <= history.study().top(); ++rung) {
      needed += plan.sizes[static_cast<std::size_t>(rung)];
    }
    if (trials_left(history) <= needed) return Wait{};
    Tag tag;
    tag.bracket = number;
    if (bracket.rung > 0) {
      const auto& candidates = bracket.levels[static_cast<std::size_t>(bracket.rung - 1)].candidates;
      if (!candidates.empty()) return Promote{std::get<2>(*candidates.begin()), bracket.rung, tag};
    }
    return Start{bracket.rung, history.study().rung_box(bracket.rung), tag};
  }

  HalvingOptions options_;
  StoppingRule stopping_;
};

}  // namespace

ScheduleEntry halving_schedule() {
  return {"halving", "many points at the lowest rung, of each rung the best share once more at the next",
          "Jamieson and Talwalkar 2016", describe<HalvingOptions>(kOptions),
          [](const Options& given) -> std::unique_ptr<Schedule> {
            return std::make_unique<HalvingSchedule>(read_options<HalvingOptions>(given, kOptions, "schedule halving"));
          }};
}

}  // namespace crescendo
