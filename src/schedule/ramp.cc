#include <algorithm>
#include <cmath>

#include "schedule/finals.h"
#include "schedule/narrow.h"
#include "schedule/schedules.h"
#include "schedule/stopping.h"

namespace crescendo {
namespace {

struct RampOptions : FinalsOptions, NarrowOptions, StoppingOptions {
  double promote = 0.25;
  bool narrow = true;
};

constexpr Option<RampOptions> kOptions[] = {
    {"promote", &RampOptions::promote, 0, 1, "share of a rung's points, the best, tried again at the next"},
    {"narrow", &RampOptions::narrow, 0, 1, "whether proposals shrink to where the best points below lie"},
    {"quantile", &RampOptions::quantile, 0, 1, "share of a rung's points that count as the best when narrowing"},
    {"margin", &RampOptions::margin, 0, 1, "left on each side of them, as a share of the whole range"},
    {"least", &RampOptions::least, 0, 1, "the narrowest range, as a share of the whole"},
    {"finalists", &RampOptions::finalists, 1, 100, "points repeated before the best is named"},
    {"repeats", &RampOptions::repeats, 0, 20, "new seeds for each of them"},
    {"stopping", &RampOptions::stopping, 0, 0, kStoppingHelp},
    {"stopping_startup", &RampOptions::stopping_startup, 1, 10'000, kStartupHelp},
};

/// Increasing image sizes: rung after rung, each with its share of the budget. What was learnt crosses in two ways:
/// the best points are tried again at the next rung first, and new ones are proposed where the good ones lay.
///
/// Source: Hinz, Navarro-Guerrero, Magg, Wermter 2018, "Speeding up the Hyperparameter Optimization of Deep
/// Convolutional Neural Networks", section 3 (shares 50/33/17 %).
/// Differs: the best points are executed again at the next size (there, only ranges and the optimiser's model cross),
/// and the leaders are repeated at the end, because one seed's noise is as large as the sizes' disagreement.
/// A rung begins when all trials of the one below have ended.
class RampSchedule : public Schedule {
 public:
  explicit RampSchedule(const RampOptions& options) : options_(options), stopping_(options) {}

  Step next(const History& history) const override {
    const int top = history.study().top();
    for (int rung = 0; rung <= top; ++rung) {
      const Allowance allowance = ladder_allowance(history.study(), rung);
      if (trials_left(history, rung, allowance) == 0) {
        if (history.running(rung) > 0) return Wait{};
        continue;
      }
      const auto climb = [&] { return promotion_or_start(history, rung); };
      return rung == top ? finals_step(history, options_, allowance, climb) : climb();
    }
    return Finish{};
  }

  bool watches() const override { return stopping_.watches(); }
  bool keep_going(const History& history, int trial, int, double) const override {
    return stopping_.keep_going(history, trial);
  }

 private:
  Step promotion_or_start(const History& history, int rung) const {
    const int below = lower_rung(history, rung);
    if (const auto parent = next_to_promote(history, below, rung)) return Promote{*parent, rung, Tag{}};
    // A rung's box is computed once, at its first start.
    if (const Box* box = history.first_box(rung)) return Start{rung, *box, Tag{}};
    const bool narrows = options_.narrow && below >= 0;
    return Start{rung, narrows ? narrowed_box(history, below, rung, options_) : history.study().rung_box(rung), Tag{}};
  }

  // The next rung below in which something finished: the one below, unless its time was used up by slow trials of the
  // rung before. -1: there is none.
  static int lower_rung(const History& history, int rung) {
    int below = rung - 1;
    while (below >= 0 && history.ranked(below).empty()) --below;
    return below;
  }

  // The best point of the rung below that has not been tried here, if it is among those to be promoted.
  std::optional<int> next_to_promote(const History& history, int below, int rung) const {
    if (below < 0 || options_.promote == 0) return {};
    const auto finished = static_cast<double>(history.ranked(below).size());
    // Never a single point: the best at 16 px has been seen to come 22nd at 64 px, the best three held the winner.
    const int count = std::max(3, static_cast<int>(std::ceil(options_.promote * finished)));
    if (rung == below + 1) {  // as always, unless the time of a rung was used up
      const auto best = history.best_candidate(below);
      return best && history.place_in_full(*best) < count ? best : std::nullopt;
    }
    const auto full = history.full(below);
    for (const int number : full.first(std::min(full.size(), static_cast<std::size_t>(count)))) {
      const auto children = history.children(number);
      const bool tried =
          std::any_of(children.begin(), children.end(), [&](int child) { return history.trial(child).rung == rung; });
      if (!tried) return number;
    }
    return {};
  }

  RampOptions options_;
  StoppingRule stopping_;
};

}  // namespace

ScheduleEntry ramp_schedule() {
  return {"ramp",
          "increasing image sizes: rung after rung, the best points and the ranges of the good ones carried along",
          "Hinz et al. 2018", describe<RampOptions>(kOptions), [](const Options& given) -> std::unique_ptr<Schedule> {
            return std::make_unique<RampSchedule>(read_options<RampOptions>(given, kOptions, "schedule ramp"));
          }};
}

}  // namespace crescendo
