#include <algorithm>
#include <numeric>

#include "crescendo/rng.h"
#include "importance/cell_table.h"

namespace crescendo {
namespace {

constexpr int kTrees = 32, kShuffles = 3;
constexpr std::size_t kMostTrials = 4000;  // more add time, not sense: this is the quick look beside the analysis

// One half of the trials, for a forest of the other half.
struct Half {
  std::vector<double> rows, targets;
};

std::vector<Half> halves(const CellTable& table, Rng& rng) {
  std::vector<std::size_t> order(table.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  rng.shuffle(std::span(order));
  const std::vector<double> rows = coordinates_of(table);
  std::vector<Half> result(2);
  for (std::size_t i = 0; i < std::min(order.size(), kMostTrials); ++i) {
    Half& half = result[i % 2];
    const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(order[i] * table.width());
    half.rows.insert(half.rows.end(), begin, begin + static_cast<std::ptrdiff_t>(table.width()));
    half.targets.push_back(table.losses[order[i]]);
  }
  return result;
}

double squared_error(const Forest& forest, const Half& half) {
  std::vector<double> mean(half.targets.size()), variance(mean.size());
  forest.predict(half.rows, mean, variance);
  double sum = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) sum += (mean[i] - half.targets[i]) * (mean[i] - half.targets[i]);
  return sum;
}

// Only where the parameter is active: whether it is belongs to others.
void shuffle_column(Half& half, std::size_t column, const Feature& feature, Rng& rng) {
  const std::size_t width = half.rows.size() / half.targets.size();
  std::vector<std::size_t> places;
  std::vector<double> values;
  for (std::size_t at = column; at < half.rows.size(); at += width) {
    const double value = half.rows[at];
    const bool absent = feature.where_there && (feature.categories > 0 ? value == feature.categories - 1 : value < 0);
    if (absent) continue;
    places.push_back(at);
    values.push_back(value);
  }
  rng.shuffle(std::span(values));
  for (std::size_t i = 0; i < places.size(); ++i) half.rows[places[i]] = values[i];
}

}  // namespace

std::vector<double> permutation_importance(const TrialTable& trials, std::uint64_t seed) {
  const CellTable table = make_cell_table(trials);
  std::vector<double> shares(table.width());
  if (table.rows() < 2) return shares;
  Rng rng(seed);
  const std::vector<Feature> features = features_of(table);
  const std::vector<Half> parts = halves(table, rng);
  ForestOptions options;
  options.trees = kTrees;
  for (const bool first : {false, true}) {
    const Half &learn = parts[first ? 0 : 1], &judge = parts[first ? 1 : 0];
    const Forest forest(features, learn.rows, learn.targets, options, rng.next());
    const double error = squared_error(forest, judge);
    for (std::size_t column = 0; column < table.width(); ++column) {
      for (int time = 0; time < kShuffles; ++time) {
        Half shuffled = judge;
        shuffle_column(shuffled, column, features[column], rng);
        shares[column] += squared_error(forest, shuffled) - error;
      }
    }
  }
  for (double& share : shares) share = std::max(0.0, share);
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share = sum > 0 ? share / sum : 0;
  return shares;
}

}  // namespace crescendo
