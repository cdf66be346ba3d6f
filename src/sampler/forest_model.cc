#include "sampler/forest_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "numeric/expected_improvement.h"
#include "sampler/log_cost.h"

namespace crescendo {
namespace {

constexpr int kSourcesApart = 64;  // more than a ladder has rungs

// Other studies lie beyond all rungs, each in a place of its own, so that a split can tell them apart; what began from
// its parent's weights lies on the other side.
int distance(const Observation& trial) { return trial.rungs_away + kSourcesApart * (trial.source + 1); }

std::vector<double> encode(const RowSpace& rows, std::span<const Observation> seen, bool pending) {
  std::vector<double> encoded;
  for (const Observation& trial : seen) {
    if ((trial.standing == Standing::kPending) != pending) continue;
    encoded.resize(encoded.size() + rows.width());
    rows.encode(*trial.point, distance(trial), std::span(encoded).last(rows.width()));
  }
  return encoded;
}

// Of the trials of a source that ended.
std::vector<double> costs(std::span<const Observation> seen, int source) {
  double worst = -std::numeric_limits<double>::infinity();
  for (const Observation& trial : seen) {
    if (trial.source == source && trial.standing == Standing::kFinished) worst = std::max(worst, trial.loss);
  }
  std::vector<double> losses;
  for (const Observation& trial : seen) {
    if (trial.source != source || trial.standing == Standing::kPending) continue;
    losses.push_back(trial.standing == Standing::kFinished ? trial.loss : std::isfinite(worst) ? worst : 0.0);
  }
  return log_costs(losses);
}

// Of all trials that ended, each source's on a scale of its own, because their losses do not compare.
std::vector<double> costs(std::span<const Observation> seen) {
  std::map<int, std::vector<double>> of_source;
  std::map<int, std::size_t> next;
  std::vector<double> all;
  for (const Observation& trial : seen) {
    if (trial.standing == Standing::kPending) continue;
    auto [found, is_new] = of_source.try_emplace(trial.source);
    if (is_new) found->second = costs(seen, trial.source);
    all.push_back(found->second[next[trial.source]++]);
  }
  return all;
}

Forest fit(const RowSpace& rows, std::span<const Observation> seen, ForestOptions options, std::uint64_t seed) {
  options.leaf = LeafValue::kLogMeanExp;
  std::vector<double> ended = encode(rows, seen, false), targets = costs(seen);
  const std::vector<double> pending = encode(rows, seen, true);
  Forest forest(rows.features(), ended, targets, options, seed);
  if (pending.empty()) return forest;
  std::vector<double> mean(pending.size() / rows.width()), variance(mean.size());
  forest.predict(pending, mean, variance);
  ended.insert(ended.end(), pending.begin(), pending.end());
  targets.insert(targets.end(), mean.begin(), mean.end());
  return Forest(rows.features(), ended, targets, options, seed);
}

}  // namespace

ForestModel::ForestModel(const RowSpace& rows, std::span<const Observation> seen, ForestOptions options, Rng& rng)
    : forest_(fit(rows, seen, options, rng.next())), trials_(encode(rows, seen, false)) {
  const std::size_t width = rows.width();
  for (std::size_t i = width - 1; i < trials_.size(); i += width) trials_[i] = 0;
  predicted_.resize(trials_.size() / width);
  std::vector<double> variance(predicted_.size());
  forest_.predict(trials_, predicted_, variance);
  incumbent_ = *std::min_element(predicted_.begin(), predicted_.end());
}

void ForestModel::improvement(std::span<const double> rows, std::span<double> worth) const {
  std::vector<double> mean(worth.size()), variance(worth.size());
  forest_.predict(rows, mean, variance);
  for (std::size_t i = 0; i < worth.size(); ++i) {
    worth[i] = log_normal_improvement(incumbent_, mean[i], std::sqrt(variance[i]));
  }
}

}  // namespace crescendo
