#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "crescendo/rng.h"
#include "numeric/forest.h"

namespace crescendo {

/// What all trees of a forest learn from, in the order in which it is read. Refers to the targets and features.
struct TrainingTable {
  TrainingTable(std::span<const Feature> features, std::span<const double> rows, std::span<const double> targets);

  const double* column(std::size_t feature) const { return &columns[feature * targets.size()]; }

  std::span<const Feature> features;
  std::span<const double> targets;
  double mean;                          // of the targets: sums are taken from it, so that they do not cancel
  std::vector<double> columns;          // [feature][row]
  std::vector<std::vector<int>> order;  // [number's feature][place]: rows by value; empty for a category
};

/// Grows one tree. weights: [row]; a row with weight 0 takes no part, at least one does.
Forest::Tree build_tree(const TrainingTable& table, const ForestOptions& options, std::span<const double> weights,
                        Rng& rng);

}  // namespace crescendo
