#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "crescendo/error.h"
#include "crescendo/importance.h"
#include "crescendo/rng.h"

namespace crescendo {
namespace {

// A trial that was cut short says little of its point.
bool tells(const Trial& trial) { return trial.point && trial.state != TrialState::kRunning && !trial.stopped_early; }

void scale(std::vector<double>& losses) {
  double sum = 0, squares = 0, count = 0;
  for (const double loss : losses) {
    if (!std::isfinite(loss)) continue;
    sum += loss;
    ++count;
  }
  if (count == 0) return;
  const double mean = sum / count;
  for (const double loss : losses) {
    if (std::isfinite(loss)) squares += (loss - mean) * (loss - mean);
  }
  const double std = std::sqrt(squares / count);
  for (double& loss : losses) loss = std > 0 ? (loss - mean) / std : loss - mean;
}

}  // namespace

TrialTable trials_at(const History& history, int rung) {
  TrialTable table{history.study().space, {}, {}};
  for (const int number : history.at_rung(rung)) {
    const Trial& trial = history.trial(number);
    if (!tells(trial)) continue;
    table.points.push_back(*trial.point);
    const bool failed = trial.state == TrialState::kFailed;
    table.losses.push_back(failed ? std::numeric_limits<double>::quiet_NaN() : trial.loss);
  }
  return table;
}

TrialTable drawn_trials(const TrialTable& trials, std::size_t count, std::uint64_t seed) {
  if (trials.losses.size() <= count) return trials;
  std::vector<std::size_t> order(trials.losses.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  Rng rng(seed);
  rng.shuffle(std::span(order));
  order.resize(count);
  std::sort(order.begin(), order.end());
  TrialTable drawn{trials.space, {}, {}, {}};
  for (const std::size_t row : order) {
    drawn.points.push_back(trials.points[row]);
    drawn.losses.push_back(trials.losses[row]);
    if (!trials.weights.empty()) drawn.weights.push_back(trials.weights[row]);
  }
  return drawn;
}

TrialTable trials_of_all_rungs(const History& history, std::span<const double> weights) {
  check(std::ssize(weights) == std::ssize(history.study().ladder), "every rung has a weight");
  TrialTable all{history.study().space, {}, {}};
  for (int rung = 0; rung <= history.study().top(); ++rung) {
    const double weight = weights[static_cast<std::size_t>(rung)];
    if (weight == 0) continue;
    TrialTable part = trials_at(history, rung);
    scale(part.losses);
    all.points.insert(all.points.end(), part.points.begin(), part.points.end());
    all.losses.insert(all.losses.end(), part.losses.begin(), part.losses.end());
    all.weights.insert(all.weights.end(), part.losses.size(), weight);
  }
  return all;
}

}  // namespace crescendo
