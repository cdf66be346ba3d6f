#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "importance/axis.h"

namespace crescendo {

/// Functions of one axis, orthonormal by the search distribution and with mean 0: a sum of them has the sum of the
/// squared factors as its variance.
///
/// Ordered axes: half waves of the cosine, 1, 2, ... over 0..1, as far as the cells can tell them apart; these stay
/// bounded where there are no trials, as powers would not. Others: as many as choices less one, all alike.
struct AxisBasis {
  std::size_t count = 0;
  std::vector<double> values;    // [cell][function]
  std::vector<double> expected;  // [function]: variance of its factor, relative to the first's: smooth is likelier
};

AxisBasis make_basis(const Axis& axis, std::size_t most, double smoothness);

}  // namespace crescendo
