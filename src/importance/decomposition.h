#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "crescendo/importance.h"
#include "importance/cell_table.h"
#include "importance/grid_model.h"
#include "importance/tree_boxes.h"
#include "numeric/forest.h"

namespace crescendo {

/// Trees of all trials, down to single ones, each split the best of a third of the parameters: of the forests that were
/// tried on what the smooth model leaves over, the one with small errors on every function, cliffs included
/// (docs/importance.md).
ForestOptions usual_forest(int trees, int depth);

struct DecompositionOptions {
  ForestOptions forest;
  bool smooth = true;  // false: trees alone, for comparison
  std::uint64_t seed = 0;
};

/// The functional ANOVA of a model of the losses: a smooth part, and trees that learn what it leaves over.
///
/// Each tree with the smooth part is a model of its own, decomposed exactly. A share of one or two parameters is the
/// variance of that part of the models' mean, over the mean of the models' variances; its `std` is that of the models'
/// own shares. So what trees disagree about, which is noise, adds to no effect.
class Decomposition {
 public:
  Decomposition(const CellTable& table, const DecompositionOptions& options);

  /// All shares are 0.
  bool constant() const { return !(variance_ > 0); }

  Share main_share(std::size_t axis) const;
  Share pair_share(std::size_t a, std::size_t b) const;

  /// These two are means over the models of their shares: what takes more than two parameters is the trees' alone.
  Share total_share(std::size_t axis) const;
  Share triple_share(const std::array<std::size_t, 3>& parameters) const;

  /// Of the question whether a point lies in a part of the space: that part's axes, and its probability.
  Share condition_share(std::span<const Axis> part, double probability) const;

  Curve curve(std::size_t axis) const;
  Surface surface(std::size_t a, std::size_t b) const;

 private:
  void take_apart(TreeBoxes tree, double share_of_mean);
  std::vector<double> pair_effect(std::size_t a, std::size_t b, std::size_t tree) const;
  double smooth_mean(std::span<const Axis> part) const;
  Share share(double variance, std::span<const double> of_models) const;

  const CellTable& table_;
  GridModel smooth_;
  std::vector<TreeBoxes> trees_;
  std::vector<double> means_;                            // [tree]
  std::vector<std::vector<std::vector<double>>> mains_;  // [tree][axis][cell]: of the tree alone
  std::vector<std::vector<double>> mean_mains_;          // [axis][cell]: of the models' mean
  std::vector<std::vector<double>> pair_products_;       // [tree][pair of the smooth part]
  std::vector<double> variances_;                        // [tree]: of the model
  double variance_ = 0;                                  // their mean
  double level_ = 0;                                     // mean loss
};

}  // namespace crescendo
