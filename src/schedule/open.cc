#include <algorithm>
#include <cmath>

#include "schedule/budget.h"
#include "schedule/finals.h"
#include "schedule/schedules.h"
#include "schedule/stopping.h"

namespace crescendo {
namespace {

struct OpenOptions : FinalsOptions, StoppingOptions {
  double settle = 0.1;
};

constexpr Option<OpenOptions> kOptions[] = {
    {"settle", &OpenOptions::settle, 0.01, 1, "last part of the budget, for what is predicted to be best at the top"},
    {"finalists", &OpenOptions::finalists, 1, 100, "points repeated before the best is named"},
    {"repeats", &OpenOptions::repeats, 0, 20, "new seeds for each of them; 0: no finals"},
    {"stopping", &OpenOptions::stopping, 0, 0, kStoppingHelp},
    {"stopping_startup", &OpenOptions::stopping_startup, 1, 10'000, kStartupHelp},
};

constexpr double kUsualStep = 4;  // times the seconds of the rung below: a doubled image side is four times the pixels

// What a trial at the top is expected to take, by `seconds_of` a trial; 0 while nothing has ended in full. Where none
// has at the top, from the highest rung at which one has.
double seconds_at_top(const History& history, double Trial::*seconds_of) {
  double steps = 1;
  for (int rung = history.study().top(); rung >= 0; --rung, steps *= kUsualStep) {
    const auto full = history.full(rung);
    if (full.empty()) continue;
    double sum = 0;
    for (const int number : full) sum += history.trial(number).*seconds_of;
    return steps * sum / static_cast<double>(full.size());
  }
  return 0;
}

/// The sampler chooses each trial's rung with its point, for as long as there is time to find out; the last part of the
/// budget executes at the top what is predicted to be best, because that is where a study's answer is found.
///
/// Source: the loop of FABOLAS (Klein, Falkner, Bartels, Hennig, Hutter 2017), whose answer is the best predicted
/// point. Differs: here that point is executed in full before it is named, and the leaders among those are repeated.
/// The last part begins when no more than `settle` is left of anything that the budget names, when the rest has room
/// for one trial at the top, or when the time left is what a trial at the top and the finals are expected to take (but
/// never more than half of it). Where the budget names nothing that is used up (a target or patience alone), one trial
/// in 1 / `settle` is such a trial, so that it ends. A trial whose rung is not chosen yet counts as one at the top.
/// Cost: O(trials of a rung) with a budget of time, else O(log trials).
class OpenSchedule : public Schedule {
 public:
  explicit OpenSchedule(const OpenOptions& options) : options_(options), stopping_(options) {}

  Step next(const History& history) const override {
    // Not over while a trial runs: its worker may die, and another must be there to take it over.
    if (trials_left(history) == 0) return history.any_running() ? Step(Wait{}) : Step(Finish{});
    if (!settles(history)) return start(history, {});
    const auto top = [&]() -> Step { return start(history, history.study().top()); };
    // A leader that the search came by early shall not use up what is kept for the one predicted to be best.
    return has_settled(history) ? finals_step(history, options_, rest_for_top(history), top) : top();
  }

  bool watches() const override { return stopping_.watches(); }
  bool keep_going(const History& history, int trial, int, double) const override {
    return stopping_.keep_going(history, trial);
  }

 private:
  static Start start(const History& history, std::optional<int> rung) {
    Tag tag;
    if (rung) tag.settle = 1;
    return {rung, history.study().rung_box(history.study().top()), tag};
  }

  static bool has_settled(const History& history) {
    const auto there = history.at_rung(history.study().top());
    return std::any_of(there.begin(), there.end(), [&](int number) {
      const Trial& trial = history.trial(number);
      return trial.tag.settle == 1 && trial.state != TrialState::kFailed;
    });
  }

  bool settles(const History& history) const {
    const Budget& budget = history.study().budget;
    const bool is_used_up = budget.trials || budget.seconds || budget.cpu_seconds || !budget.fidelity.empty();
    if (!is_used_up) return is_nth(static_cast<double>(history.trials().size()));
    if (trials_left(history) <= 1) return true;
    const int trials = static_cast<int>(history.trials().size());
    if (budget.trials && *budget.trials - trials <= std::ceil(options_.settle * *budget.trials)) return true;
    for (const auto& [name, total] : budget.fidelity) {
      if (total - history.used(name) <= options_.settle * total) return true;
    }
    return is_time(history, budget.seconds, history.elapsed_seconds(), &Trial::seconds, 1 + all_running(history)) ||
           is_time(history, budget.cpu_seconds, history.cpu_seconds(), &Trial::cpu_seconds, 1);
  }

  // Every so many of the trials: those at which a multiple of `settle` becomes whole.
  bool is_nth(double trial) const {
    return std::floor((trial + 1) * options_.settle) > std::floor(trial * options_.settle);
  }

  // `abreast`: how many trials use up the time together.
  bool is_time(const History& history, const std::optional<double>& total, double used, double Trial::*seconds_of,
               int abreast) const {
    if (!total) return false;
    const double repeats = static_cast<double>(options_.finalists) * options_.repeats;
    const double rounds = 1 + std::ceil(repeats / abreast);
    const double needed = std::min(rounds * seconds_at_top(history, seconds_of), *total / 2);
    return *total - used <= std::max(options_.settle * *total, needed);
  }

  OpenOptions options_;
  StoppingRule stopping_;
};

}  // namespace

ScheduleEntry open_schedule() {
  return {.name = "open",
          .summary = "the sampler chooses each trial's rung; the last part of the budget is spent at the top",
          .source = "Klein et al. 2017",
          .options = describe<OpenOptions>(kOptions),
          .make = [](const Options& given) -> std::unique_ptr<Schedule> {
            return std::make_unique<OpenSchedule>(read_options<OpenOptions>(given, kOptions, "schedule open"));
          },
          .leaves_rung_open = true};
}

}  // namespace crescendo
