#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "crescendo/space.h"

namespace crescendo {

inline constexpr int kNoCell = -1;

/// A parameter's range cut into cells, and how much of the search distribution each holds: equal parts of the scale
/// that the parameter is searched on. Every analysis sees values as cells.
///
/// Choices, and values of an int or stepped float if there are at most kMostCells, have a cell each, whether a trial
/// had them or not. Other ranges are cut in the middle between neighbours of the trials' values, or between groups of
/// them where these are more.
struct Axis {
  static constexpr std::size_t kMostCells = 128;

  bool ordered = true;             // cells lie side by side on 0..1
  std::vector<double> weight;      // of each cell; their sum is 1
  std::vector<double> upper;       // ordered: where each cell ends in 0..1, the last at 1
  std::vector<double> coordinate;  // ordered: a place in the cell, ascending; else its position
  std::vector<double> value;       // a value in the cell, in a Point's terms

  std::size_t cells() const { return weight.size(); }
};

/// values: those of the trials, in a Point's terms; NaN where not active.
Axis make_axis(const Parameter& parameter, std::span<const double> values);

/// The cell of a value in a Point's terms; kNoCell for NaN.
int cell_of(const Axis& axis, const Parameter& parameter, double value);

}  // namespace crescendo
