#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "numeric/kendall.h"
#include "numeric/normal.h"
#include "schedule/crossing.h"
#include "schedule/finals.h"
#include "schedule/schedules.h"
#include "schedule/stopping.h"

namespace crescendo {
namespace {

struct AdaptiveOptions : FinalsOptions, CrossingOptions, StoppingOptions {
  int startup = 8;
  int probes = 5;
};

constexpr Option<AdaptiveOptions> kOptions[] = {
    {"startup", &AdaptiveOptions::startup, 3, 10'000, "points executed in full at a size before it is judged"},
    {"probes", &AdaptiveOptions::probes, 2, 100, "of them, tried one size higher to see whether the rankings agree"},
    {"cross", &AdaptiveOptions::cross, 0, 0, kCrossHelp},
    {"promote", &AdaptiveOptions::promote, 0, 1, kPromoteHelp},
    {"explore", &AdaptiveOptions::explore, 0, 1, kExploreHelp},
    {"quantile", &AdaptiveOptions::quantile, 0, 1, kQuantileHelp},
    {"tail", &AdaptiveOptions::tail, 0, 0.5, kTailHelp},
    {"margin", &AdaptiveOptions::margin, 0, 1, kMarginHelp},
    {"least", &AdaptiveOptions::least, 0, 1, kLeastHelp},
    {"finalists", &AdaptiveOptions::finalists, 1, 100, "points repeated before the best is named"},
    {"repeats", &AdaptiveOptions::repeats, 0, 20, "new seeds for each of them"},
    {"stopping", &AdaptiveOptions::stopping, 0, 0, kStoppingHelp},
    {"stopping_startup", &AdaptiveOptions::stopping_startup, 1, 10'000, kStartupHelp},
};

// What is believed of Kendall's tau between neighbouring sizes before anything is seen: measured were 0.25 to 0.71.
constexpr double kUsualTau = 0.5, kTauDeviation = 0.3;
constexpr double kDisagreement = 0.2;  // a tau below which what was learnt at the lower size is not believed

// How well the ranking at `below` tells the next rung's: Kendall's tau over the points that ended at both, drawn
// towards the usual one as much as its own error asks for. With 8 points that error is 0.29. A point that fails above
// is the worst there.
double agreement(const History& history, int below) {
  std::vector<double> lower, upper;
  for (const int number : history.at_rung(below + 1)) {
    const Trial& trial = history.trial(number);
    const bool ended = trial.state != TrialState::kRunning && !trial.stopped_early && trial.tag.repeat <= 0;
    if (!ended || !trial.parent || history.trial(*trial.parent).rung != below) continue;
    lower.push_back(history.place_in_full(*trial.parent));
    upper.push_back(trial.state == TrialState::kFinished ? trial.loss : std::numeric_limits<double>::infinity());
  }
  if (lower.size() < 2) return kUsualTau;
  const double prior = kTauDeviation * kTauDeviation;
  const double weight = prior / (prior + kendall_variance(static_cast<int>(lower.size())));
  return kUsualTau + weight * (kendall_tau(lower, upper) - kUsualTau);
}

// By how much one more draw raises the expected best of n, in deviations (Blom's approximation); 1 for the first.
double expected_rise(std::size_t n) {
  const auto best_of = [](double count) { return normal_quantile((count - 0.375) / (count + 0.25)); };
  return n == 0 ? 1 : best_of(static_cast<double>(n) + 1) - best_of(static_cast<double>(n));
}

double mean_seconds(const History& history, int rung) {
  double seconds = 0;
  for (const int number : history.full(rung)) seconds += history.trial(number).seconds;
  return seconds / static_cast<double>(std::max<std::size_t>(1, history.full(rung).size()));
}

bool is_probe(const Trial& trial) { return trial.tag.probe == 1; }

// The highest rung that the search has moved up to: where there is more than probes.
int current_rung(const History& history) {
  for (int rung = history.study().top(); rung > 0; --rung) {
    const auto there = history.at_rung(rung);
    if (!there.empty() && !is_probe(history.trial(there.back()))) return rung;
  }
  return 0;
}

// The first trial of a rung whose point was not given by one below.
const Trial* first_start(const History& history, int rung) {
  for (const int number : history.at_rung(rung)) {
    if (!history.trial(number).parent) return &history.trial(number);
  }
  return nullptr;
}

/// Increasing sizes, each for as long as it pays: the search moves up as soon as a further trial at the next size is
/// expected to bring more in a second than one here.
///
/// At each size, once `startup` points are executed in full, some of them (`probes`: the three best, the others spread
/// down to the median) are tried one size higher. Kendall's tau of the two rankings tells what a result here is worth
/// there. A further trial raises the expected best of n by expected_rise(n) deviations; here that counts
/// sin(pi tau / 2) times, the correlation that belongs to tau. So the search moves up where the sizes disagree, and
/// where they agree once the best of many here hardly rises any more, the later the cheaper the trials are.
/// A rung is left at the latest when the shares up to it are used up, so the top one is always reached (in time, where
/// no trial below takes longer than the top's share). Nothing waits. What crosses to the next rung is as in ramp,
/// unless tau is below 0.2: then the next rung's points are proposed in its whole range and alone, since what was
/// learnt below would mislead.
///
/// Source: ours; the sizes as in Hinz et al. 2018, whose numbers of trials are given.
/// A small probe says little: tau of five unrelated points has a deviation of 0.41, so it is drawn towards 0.5, which
/// was measured between sizes of pictures.
/// Cost: O(trials) of the rung that is left next, until it is; at the top O(log trials).
class AdaptiveSchedule : public Schedule {
 public:
  explicit AdaptiveSchedule(const AdaptiveOptions& options)
      : options_(options), crossing_(options, "schedule adaptive"), stopping_(options) {}

  Step next(const History& history) const override {
    return within_budget(history, options_, [&]() -> Step {
      int rung = current_rung(history);
      while (rung < history.study().top() && is_over(history, rung)) ++rung;
      return step_at(history, rung);
    });
  }

  bool carries_weights() const override { return crossing_.weights(); }
  bool watches() const override { return stopping_.watches(); }
  bool keep_going(const History& history, int trial, int, double) const override {
    return stopping_.keep_going(history, trial);
  }

 private:
  bool is_over(const History& history, int rung) const {
    return trials_left(history, rung, allowance_up_to(history, rung)) == 0 || pays_more_above(history, rung);
  }

  bool pays_more_above(const History& history, int rung) const {
    if (!has_started(history, rung)) return false;
    const auto probes = history.at_rung(rung + 1);
    if (static_cast<int>(probes.size()) < options_.probes || history.running(rung + 1) > 0) return false;
    const double correlation = std::sin(std::numbers::pi / 2 * std::max(0.0, agreement(history, rung)));
    double here = mean_seconds(history, rung), above = mean_seconds(history, rung + 1);
    if (here <= 0 || above <= 0) here = above = 1;  // nobody measured
    return correlation * expected_rise(history.full(rung).size()) / here <=
           expected_rise(history.full(rung + 1).size()) / above;
  }

  bool has_started(const History& history, int rung) const {
    return static_cast<int>(history.full(rung).size()) >= options_.startup;
  }

  Step step_at(const History& history, int rung) const {
    const int below = rung_below(history, rung);
    if (const auto promote = crossing_.promotion(history, below, rung)) return *promote;
    if (rung < history.study().top() && has_started(history, rung)) {
      if (const auto probe = next_probe(history, rung)) return *probe;
    }
    return start(history, below, rung);
  }

  // The best three, then points spread evenly down to the median; of those not tried above the next one down.
  std::optional<Promote> next_probe(const History& history, int rung) const {
    const auto made = static_cast<int>(history.at_rung(rung + 1).size());
    if (made >= options_.probes) return {};
    const std::vector<int> order = history.in_order_of_places(rung);
    const double step = (static_cast<double>(order.size()) / 2 - 2) / std::max(1, options_.probes - 3);
    const int place = made < 3 ? made : static_cast<int>(std::lround(2 + (made - 2) * step));
    for (std::size_t i = static_cast<std::size_t>(place); i < order.size(); ++i) {
      if (!history.children(order[i]).empty()) continue;
      Tag tag = crossing_.promotion_tag();
      tag.probe = 1;
      return Promote{order[i], rung + 1, tag};
    }
    return {};
  }

  Start start(const History& history, int below, int rung) const {
    const Trial* first = first_start(history, rung);
    const bool disagrees = !first && below >= 0 && below == rung - 1 && agreement(history, below) < kDisagreement;
    Start start = crossing_.start(history, disagrees ? -1 : below, rung);
    if (first) start.tag.alone = first->tag.alone;  // what was decided stays
    if (disagrees) {
      start.tag.alone = 1;
      start.box.reason = "the whole range, because the best points below are not the best ones here";
    }
    return start;
  }

  AdaptiveOptions options_;
  Crossing crossing_;
  StoppingRule stopping_;
};

}  // namespace

ScheduleEntry adaptive_schedule() {
  return {
      "adaptive", "increasing image sizes, each for as long as it pays", "", describe<AdaptiveOptions>(kOptions),
      [](const Options& given) -> std::unique_ptr<Schedule> {
        return std::make_unique<AdaptiveSchedule>(read_options<AdaptiveOptions>(given, kOptions, "schedule adaptive"));
      }};
}

}  // namespace crescendo
