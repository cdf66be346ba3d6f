#include <algorithm>
#include <cmath>

#include "schedule/crossing.h"
#include "schedule/finals.h"
#include "schedule/schedules.h"
#include "schedule/stopping.h"

namespace crescendo {
namespace {

struct RampOptions : FinalsOptions, CrossingOptions, StoppingOptions {
  bool fill = false;
};

constexpr Option<RampOptions> kOptions[] = {
    {"cross", &RampOptions::cross, 0, 0, kCrossHelp},
    {"promote", &RampOptions::promote, 0, 1, kPromoteHelp},
    {"explore", &RampOptions::explore, 0, 1, kExploreHelp},
    {"quantile", &RampOptions::quantile, 0, 1, kQuantileHelp},
    {"tail", &RampOptions::tail, 0, 0.5, kTailHelp},
    {"margin", &RampOptions::margin, 0, 1, kMarginHelp},
    {"least", &RampOptions::least, 0, 1, kLeastHelp},
    {"fill", &RampOptions::fill, 0, 1, "whether workers that would wait for a rung's end start further points there"},
    {"finalists", &RampOptions::finalists, 1, 100, "points repeated before the best is named"},
    {"repeats", &RampOptions::repeats, 0, 20, "new seeds for each of them"},
    {"stopping", &RampOptions::stopping, 0, 0, kStoppingHelp},
    {"stopping_startup", &RampOptions::stopping_startup, 1, 10'000, kStartupHelp},
};

// Studies that are older than `cross` have an option narrow, true or false, beside what always crossed.
RampOptions read(Options given) {
  const auto old = given.find("narrow");
  if (old != given.end() && !given.contains("cross") && std::holds_alternative<bool>(old->second)) {
    given["cross"] = std::get<bool>(old->second) ? "points+narrow+model" : "points+model";
    given.erase("narrow");
  }
  return read_options<RampOptions>(given, kOptions, "schedule ramp");
}

/// Increasing image sizes: rung after rung, each with its share of the budget. What was learnt crosses to the next rung
/// as `cross` says (schedule/crossing.h).
///
/// Source: Hinz, Navarro-Guerrero, Magg, Wermter 2018, "Speeding up the Hyperparameter Optimization of Deep
/// Convolutional Neural Networks", section 3 (shares 50/33/17 %).
/// Differs: the best points are executed again at the next size (there, only ranges and the optimiser's model cross),
/// and the leaders are repeated at the end, because one seed's noise is as large as the sizes' disagreement. Promoted
/// points take at most half of a rung, but never fewer than three.
/// A rung begins when all trials of the one below have ended. With `fill` workers that would wait start new points
/// below meanwhile, out of the next rung's share, as long as that has more trials than points to be promoted to it;
/// nothing waits for these, and those that end soon enough are promoted too.
class RampSchedule : public Schedule {
 public:
  explicit RampSchedule(const RampOptions& options)
      : options_(options), crossing_(options, "schedule ramp"), stopping_(options) {}

  Step next(const History& history) const override {
    const int top = history.study().top();
    for (int rung = 0; rung <= top; ++rung) {
      const Allowance allowance = allowance_of(history, rung);
      if (trials_left(history, rung, allowance) == 0) {
        if (history.running(rung) == history.fills_running(rung)) continue;
        return options_.fill && rung < top ? filling(history, rung) : Wait{};
      }
      const auto climb = [&] { return promotion_or_start(history, rung, allowance); };
      return rung == top ? finals_step(history, options_, allowance, climb) : climb();
    }
    return history.any_running() ? Step(Wait{}) : Step(Finish{});
  }

  std::optional<int> planned_trials(const History& history, int rung) const override {
    if (!history.study().budget.trials) return {};
    return allowance_of(history, rung).trials;
  }

  bool carries_weights() const override { return crossing_.weights(); }
  bool watches() const override { return stopping_.watches(); }
  bool keep_going(const History& history, int trial, int, double) const override {
    return stopping_.keep_going(history, trial);
  }

 private:
  // What filled the wait for a rung is taken from its trials, as it is by itself from times and totals.
  static Allowance allowance_of(const History& history, int rung) {
    Allowance allowance = ladder_allowance(history.study(), rung);
    if (rung > 0 && history.study().budget.trials) allowance.trials -= history.fills(rung - 1);
    return allowance;
  }

  // Promotions take no more than half of a rung, so that there are new points at it whatever the budget counts: a
  // budget of time begins so many cheap trials below that a share of them would fill the rung.
  static bool has_promoted_enough(const History& history, int rung, const Allowance& allowance) {
    const int promoted = history.first_executions(rung) - history.starts(rung);
    if (promoted < kFewestPromoted) return false;
    const auto past = [](double now, double begin, double end) {
      return std::isfinite(end) && now >= (begin + end) / 2;
    };
    const double began = history.trial(history.at_rung(rung).front()).elapsed_seconds;
    return 2 * promoted >= allowance.trials ||
           past(history.elapsed_seconds(), std::max(began, allowance.begin), allowance.end) ||
           past(history.cpu_seconds(), allowance.cpu_begin, allowance.cpu_end);
  }

  Step promotion_or_start(const History& history, int rung, const Allowance& allowance) const {
    const int below = rung_below(history, rung);
    if (!has_promoted_enough(history, rung, allowance)) {
      if (const auto promote = crossing_.promotion(history, below, rung)) return *promote;
    }
    return crossing_.start(history, below, rung);
  }

  Step filling(const History& history, int rung) const {
    const int kept = std::max(1, crossing_.promoted(history, rung));
    if (trials_left(history, rung + 1, allowance_of(history, rung + 1)) <= kept) return Wait{};
    Start start = crossing_.start(history, rung_below(history, rung), rung);
    start.tag.fill = 1;
    return start;
  }

  RampOptions options_;
  Crossing crossing_;
  StoppingRule stopping_;
};

}  // namespace

ScheduleEntry ramp_schedule() {
  return {"ramp", "increasing image sizes: rung after rung, what was learnt at one carried to the next",
          "Hinz et al. 2018", describe<RampOptions>(kOptions), [](const Options& given) -> std::unique_ptr<Schedule> {
            return std::make_unique<RampSchedule>(read(given));
          }};
}

}  // namespace crescendo
