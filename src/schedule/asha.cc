#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "schedule/agreement.h"
#include "schedule/finals.h"
#include "schedule/schedules.h"
#include "schedule/stopping.h"

namespace crescendo {
namespace {

struct AshaOptions : FinalsOptions, StoppingOptions {
  AshaOptions() { repeats = 0; }
  std::string type = "promotion";
  int eta = 3;
  bool skip = true;
};

constexpr int kJudges = 30;  // promotions that a rung is judged by: of no agreement tau has a deviation of 0.13

constexpr Option<AshaOptions> kOptions[] = {
    {"type", &AshaOptions::type, 0, 0,
     "promotion, or stopping: trials start at the top rung and end where not promoted"},
    {"eta", &AshaOptions::eta, 2, 100, "one point in so many goes on to the next rung"},
    {"skip", &AshaOptions::skip, 0, 1,
     "whether new points start above the rungs whose ranking does not tell the next's"},
    {"finalists", &AshaOptions::finalists, 1, 100, "points repeated before the best is named"},
    {"repeats", &AshaOptions::repeats, 0, 20, "new seeds for each of them; 0: no finals"},
    {"stopping", &AshaOptions::stopping, 0, 0, kStoppingHelp},
    {"stopping_startup", &AshaOptions::stopping_startup, 1, 10'000, kStartupHelp},
};

AshaOptions read(const Options& given) {
  AshaOptions options = read_options<AshaOptions>(given, kOptions, "schedule asha");
  if (options.type != "promotion" && options.type != "stopping") {
    bad_input(fmt::format("schedule asha: type must be promotion or stopping, not '{}'", options.type));
  }
  return options;
}

// The fidelity that counts the steps which a trial reports; null if there is none.
const char* steps_of(const Rung& rung) {
  for (const char* name : {"epochs", "epoch"}) {
    if (rung.fidelity.contains(name)) return name;
  }
  return nullptr;
}

// Whether b asks for more steps than a and for the same otherwise.
bool only_longer(const Rung& a, const Rung& b) {
  const char* const steps = steps_of(a);
  if (!steps || !b.fidelity.contains(steps) || a.fidelity.size() != b.fidelity.size()) return false;
  return std::all_of(a.fidelity.begin(), a.fidelity.end(), [&](const auto& entry) {
    const auto found = b.fidelity.find(entry.first);
    if (found == b.fidelity.end()) return false;
    return entry.first == steps ? found->second > entry.second : found->second == entry.second;
  });
}

void check_asha_study(const Study& study) {
  if (read(study.schedule.options).type != "stopping") return;
  for (int rung = 0; rung < study.top(); ++rung) {
    const Rung& lower = study.ladder[static_cast<std::size_t>(rung)];
    const Rung& upper = study.ladder[static_cast<std::size_t>(rung) + 1];
    const bool whole = only_longer(lower, upper) &&
                       std::floor(lower.fidelity.at(steps_of(lower))) == lower.fidelity.at(steps_of(lower));
    if (whole && lower.limits == upper.limits) continue;
    bad_input(fmt::format(
        "schedule asha: type stopping ends a trial on its way, so rungs must differ in epochs alone, a growing whole "
        "number, but rungs {} and {} do not; type promotion takes any ladder",
        rung + 1, rung + 2));
  }
}

/// Asynchronous successive halving: a point goes on to the next rung as soon as it is among the best share of those
/// tried so far, and where there is none a new one starts, so no worker waits.
///
/// Source: Li, Jamieson, Rostamizadeh, Gonina, Ben-Tzur, Hardt, Recht, Talwalkar 2020, "A System for Massively Parallel
/// Hyperparameter Tuning", algorithm 2; eta as Syne Tune has it (Ray: 4).
/// Type stopping: as Ray and Syne Tune, a trial starts at the top rung and is asked at each lower rung's epochs whether
/// it goes on: if fewer than 1 / eta of the trials that came so far had a lower loss then.
/// Differs: failed trials and those stopped early count among the tried, as worse than all others. New points start
/// above a rung whose ranking does not tell the next one's (`skip`, schedule/agreement.h): there the share that goes on
/// is no better than any other, and may lack the best.
class AshaSchedule : public Schedule {
 public:
  explicit AshaSchedule(const AshaOptions& options)
      : options_(options), stops_(options.type == "stopping"), stopping_(options) {}

  Step next(const History& history) const override {
    return within_budget(history, options_, [&]() -> Step {
      const int top = history.study().top();
      const int lowest = stops_ ? top : 0;
      for (int rung = top - 1; rung >= lowest; --rung) {
        const auto best = history.best_candidate(rung);
        const int tried = history.first_executions(rung) - history.first_executions_running(rung);
        if (best && history.place_in_full(*best) < tried / options_.eta) return Promote{*best, rung + 1, Tag{}};
      }
      const int start = stops_ ? top : first_that_tells(history);
      return Start{start, history.study().rung_box(start), Tag{}};
    });
  }

  bool watches() const override { return stops_ || stopping_.watches(); }
  bool keep_going(const History& history, int trial, int epoch, double loss) const override {
    if (!stopping_.keep_going(history, trial)) return false;
    return !stops_ || history.trial(trial).tag.repeat > 0 || passes(history, trial, epoch, loss);
  }

 private:
  // The lowest rung whose ranking tells that of the next one, as far as is known.
  int first_that_tells(const History& history) const {
    int rung = 0;
    while (options_.skip && rung < history.study().top() && agreement(history, rung, kJudges) < kDisagreement) ++rung;
    return rung;
  }

  bool passes(const History& history, int trial, int epoch, double loss) const {
    const Study& study = history.study();
    const bool milestone = std::any_of(study.ladder.begin(), study.ladder.end() - 1,
                                       [&](const Rung& rung) { return rung.fidelity.at(steps_of(rung)) == epoch; });
    if (!milestone) return true;
    const std::size_t reports = history.trial(trial).curve.size();
    int reached = 1, ahead = 0;
    for (const int number : history.at_rung(study.top())) {
      const Trial& other = history.trial(number);
      if (number == trial || other.tag.repeat > 0 || reports == 0 || other.curve.size() < reports) continue;
      ++reached;
      ahead += other.curve[reports - 1] < loss || (std::isnan(loss) && !std::isnan(other.curve[reports - 1]));
    }
    return ahead * options_.eta < reached;
  }

  AshaOptions options_;
  bool stops_;
  StoppingRule stopping_;
};

}  // namespace

ScheduleEntry asha_schedule() {
  return {"asha",
          "asynchronous halving: a point goes on as soon as it is among the best; no worker waits",
          "Li et al. 2020",
          describe<AshaOptions>(kOptions),
          [](const Options& given) -> std::unique_ptr<Schedule> { return std::make_unique<AshaSchedule>(read(given)); },
          check_asha_study};
}

}  // namespace crescendo
