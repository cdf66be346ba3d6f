#include "schedule/budget.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crescendo {
namespace {

constexpr int kUncounted = std::numeric_limits<int>::max();
constexpr double kForever = std::numeric_limits<double>::infinity();

// Trials of the rungs up to and including `rung`.
int trials_up_to(const Study& study, int rung) {
  if (rung < 0) return 0;
  const int all = *study.budget.trials;
  const int shared = static_cast<int>(std::lround(all * study.cumulative_share(rung)));
  const int rungs = study.top() + 1;
  return all < rungs ? shared : std::clamp(shared, rung + 1, all - (study.top() - rung));
}

}  // namespace

Allowance ladder_allowance(const Study& study, int rung) {
  Allowance allowance = whole_budget(study);
  if (study.budget.trials) allowance.trials = trials_up_to(study, rung) - trials_up_to(study, rung - 1);
  if (study.budget.seconds) {
    allowance.begin = rung == 0 ? 0 : *study.budget.seconds * study.cumulative_share(rung - 1);
    allowance.end = *study.budget.seconds * study.cumulative_share(rung);
  }
  return allowance;
}

Allowance whole_budget(const Study& study) {
  return {study.budget.trials.value_or(kUncounted), 0, study.budget.seconds.value_or(kForever)};
}

Allowance rest_for_top(const History& history) {
  Allowance allowance = whole_budget(history.study());
  const auto top = history.at_rung(history.study().top()).size();
  if (history.study().budget.trials) allowance.trials -= static_cast<int>(history.trials().size() - top);
  return allowance;
}

int trials_left(const History& history, int rung, const Allowance& allowance) {
  if (history.elapsed_seconds() >= allowance.end) return 0;
  return std::max(0, allowance.trials - static_cast<int>(history.at_rung(rung).size()));
}

int trials_left(const History& history) { return trials_left(history, history.study().top(), rest_for_top(history)); }

}  // namespace crescendo
