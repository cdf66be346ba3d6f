#include "schedule/agreement.h"

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include "numeric/kendall.h"

namespace crescendo {
namespace {

// What is believed of Kendall's tau between neighbouring sizes before anything is seen: measured were 0.25 to 0.71.
constexpr double kUsualTau = 0.5, kTauDeviation = 0.3;

}  // namespace

double agreement(const History& history, int below, int most) {
  std::vector<double> lower, upper;
  const std::span<const int> above = history.at_rung(below + 1);
  const std::size_t count = most == 0 ? above.size() : std::min(above.size(), static_cast<std::size_t>(most));
  for (const int number : above.first(count)) {
    const Trial& trial = history.trial(number);
    const bool ended = trial.state != TrialState::kRunning && !trial.stopped_early && trial.tag.repeat <= 0;
    if (!ended || !executes_again(trial) || history.trial(*trial.parent).rung != below) continue;
    lower.push_back(history.place_in_full(*trial.parent));
    upper.push_back(trial.state == TrialState::kFinished ? trial.loss : std::numeric_limits<double>::infinity());
  }
  if (lower.size() < 2) return kUsualTau;
  const double prior = kTauDeviation * kTauDeviation;
  const double weight = prior / (prior + kendall_variance(static_cast<int>(lower.size())));
  return kUsualTau + weight * (kendall_tau(lower, upper) - kUsualTau);
}

}  // namespace crescendo
