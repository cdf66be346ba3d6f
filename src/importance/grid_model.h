#pragma once

#include <cstddef>
#include <vector>

#include "importance/smooth_model.h"
#include "importance/tree_boxes.h"

namespace crescendo {

/// A function of two axes without its main effects: its mean over either is 0.
struct PairGrid {
  std::size_t a, b;
  std::vector<double> values;  // [cell of a][cell of b]
  std::vector<double> below;   // [cells of a + 1][cells of b + 1]: weighted sum of the values before both
  double variance = 0;
};

/// A smooth model as its functional ANOVA: what it says in each cell, apart for single axes and pairs.
struct GridModel {
  std::vector<std::vector<double>> mains;  // [axis][cell], each with mean 0
  std::vector<PairGrid> pairs;
  double variance = 0;

  const PairGrid* pair(std::size_t a, std::size_t b) const;
};

GridModel make_grids(const SmoothModel& model, const CellTable& table);

/// Mean over the search distribution of the product of a tree and a pair.
double product(const TreeBoxes& tree, const PairGrid& pair, std::size_t cells_b);

}  // namespace crescendo
