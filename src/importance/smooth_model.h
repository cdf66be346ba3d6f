#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "importance/axis_basis.h"
#include "importance/cell_table.h"

namespace crescendo {

/// A function of one or two axes: sum of factors times products of the axes' functions. One of an axis that is not
/// always active is 0 where it is not.
struct SmoothTerm {
  std::optional<std::size_t> left;  // none: of one axis alone
  std::size_t right = 0;
  std::vector<double> factors;  // [left function][right function]
};

/// A smooth function of single parameters and of pairs: what trees need many leaves for.
///
/// Each axis has a term; a pair has one if what it explains of the rest is clearly more than noise would. Factors have
/// a normal prior, wide for slow waves and narrow for fast ones, whose size each term finds from the data (MacKay 1992,
/// "Bayesian interpolation"; one term at a time), so one that explains nothing vanishes.
/// Parameters that are active by one other parameter's value have terms of their own, those with longer conditions
/// none. Cost: O(trials) for each axis, pair and sweep.
struct SmoothModel {
  std::vector<AxisBasis> alone, paired;  // [axis]: functions in terms of one axis and of two
  std::vector<SmoothTerm> terms;
  double level = 0;               // mean of the losses, as far as no term explains it
  std::vector<double> residuals;  // [row]: what is left of the losses, with mean 0
};

SmoothModel fit_smooth(const CellTable& table);

/// One without terms: the mean loss.
SmoothModel no_smooth(const CellTable& table);

}  // namespace crescendo
