#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "crescendo/importance.h"
#include "importance/axis.h"
#include "numeric/forest.h"

namespace crescendo {

/// The part of the space in which a parameter is active: for each axis the cells that allow it; empty: all.
using Region = std::vector<std::vector<bool>>;

/// Trials as cells: what every analysis here learns from.
struct CellTable {
  std::vector<Axis> axes;
  std::vector<int> cells;       // [row][axis]; kNoCell: not active
  std::vector<double> losses;   // [row]; finite; those of the trials divided by `unit`
  double unit = 1;              // a power of two, other than 1 where squares of losses would not be numbers
  std::vector<double> weights;  // [row], with mean 1
  std::vector<Region> regions;  // [axis]; empty: always active

  std::size_t rows() const { return losses.size(); }
  std::size_t width() const { return axes.size(); }
  int cell(std::size_t row, std::size_t axis) const { return cells[row * axes.size() + axis]; }
  bool conditional(std::size_t axis) const { return !regions[axis].empty(); }
};

/// Failed trials get the worst loss of the others, and losses above the percentile the loss there.
/// Throws Error (bad input) if there is no finite loss.
CellTable make_cell_table(const TrialTable& trials, double percentile = 100);

/// The rows as a forest learns from them, a feature an axis, and what it is to know of these.
std::vector<Feature> features_of(const CellTable& table);
std::vector<double> coordinates_of(const CellTable& table);

/// Weight of the part of the search distribution that lies in a region.
double probability(const CellTable& table, const Region& region);

/// The trials in which an axis is active, in the part of the space in which it is: cells outside have weight 0.
CellTable where_active(const CellTable& table, std::size_t axis);

/// The one axis that decides whether `axis` is active, if it is one that is always active itself.
std::optional<std::size_t> only_parent(const CellTable& table, std::size_t axis);

}  // namespace crescendo
