#include "report/saved.h"

#include <algorithm>
#include <vector>

namespace crescendo {
namespace {

// From the first epoch on, also where the trial went on from its parent. Parents come before their children.
std::vector<double> whole_seconds(const History& history) {
  std::vector<double> seconds;
  for (const Trial& trial : history.trials()) {
    const bool goes_on = trial.parent && history.study().goes_on(history.trial(*trial.parent).rung, trial.rung);
    seconds.push_back(trial.seconds + (goes_on ? seconds[static_cast<std::size_t>(*trial.parent)] : 0));
  }
  return seconds;
}

bool in_full(const Trial& trial) { return trial.state == TrialState::kFinished && !trial.stopped_early; }

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace

std::optional<Saved> saved(const History& history) {
  const int top = history.study().top();
  const std::vector<double> seconds = whole_seconds(history);
  const auto seconds_of = [&](const Trial& trial) { return seconds[static_cast<std::size_t>(trial.number)]; };
  std::vector<std::vector<double>> ratios(static_cast<std::size_t>(top));  // [step, by its lower rung]
  Saved result;
  for (const Trial& trial : history.trials()) {
    result.seconds += trial.seconds;
    if (!executes_again(trial) || !in_full(trial)) continue;
    const Trial& parent = history.trial(*trial.parent);
    if (parent.rung + 1 != trial.rung || !in_full(parent) || !(seconds_of(parent) > 0)) continue;
    ratios[static_cast<std::size_t>(parent.rung)].push_back(seconds_of(trial) / seconds_of(parent));
    ++result.measured;
  }
  if (result.measured == 0) return {};
  double factor = 1;  // from this rung to the top
  for (int rung = top; rung >= 0; --rung) {
    if (rung < top) {
      const auto& step = ratios[static_cast<std::size_t>(rung)];
      // Nothing is known of this step: it must not be needed, here or below.
      if (step.empty()) {
        const auto used = [&](const Trial& trial) { return trial.rung <= rung; };
        if (std::any_of(history.trials().begin(), history.trials().end(), used)) return {};
        break;
      }
      factor *= median(step);
    }
    for (const int number : history.at_rung(rung)) result.top_seconds += seconds_of(history.trial(number)) * factor;
  }
  return result;
}

}  // namespace crescendo
