#include "study/rung_summary.h"

#include <algorithm>

namespace crescendo {

RungSummary rung_summary(const History& history, int rung) {
  RungSummary summary;
  for (const int number : history.at_rung(rung)) {
    const Trial& trial = history.trial(number);
    ++summary.trials;
    summary.failed += trial.state == TrialState::kFailed;
    summary.seconds += trial.seconds;
    summary.cpu_seconds += trial.cpu_seconds;
  }
  summary.running = history.running(rung);
  const auto ranked = history.ranked(rung);
  if (!ranked.empty()) summary.best_loss = history.trial(ranked.front()).loss;
  return summary;
}

const Box* box_of_all(const History& history, int rung) {
  const auto there = history.at_rung(rung);
  const bool perturbs =
      std::any_of(there.begin(), there.end(), [&](int number) { return is_perturbed(history.trial(number)); });
  return perturbs ? nullptr : history.first_box(rung);
}

}  // namespace crescendo
