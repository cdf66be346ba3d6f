#pragma once

#include <span>
#include <vector>

#include "crescendo/rng.h"
#include "sampler/row_space.h"

namespace crescendo {

inline constexpr int kNumericNeighbours = 4;

/// The one-exchange neighbourhood of a row: allowed rows of the box that differ from it in one active parameter (and in
/// what becomes active by it), in random order.
///
/// Every other category. Both adjacent positions of an ordinal. kNumericNeighbours of a number, normal around it with
/// the given deviation (of the whole range) and cut off at the box, all different from it and, for an int, from each
/// other; every other value of an int that has no more of them.
///
/// Source: Hutter, Hoos, Leyton-Brown 2011, "Sequential Model-Based Optimization for General Algorithm Configuration",
/// section 4.3, and ConfigSpace, from which SMAC takes it.
class Neighbourhood {
 public:
  /// Refers to `rows`.
  Neighbourhood(RowSpace& rows, std::span<const double> centre, double deviation, Rng& rng);

  /// Writes the next neighbour; false when there are no more.
  bool next(std::span<double> row, Rng& rng);

 private:
  struct Change {
    std::size_t parameter;
    double value;  // NaN: drawn when its turn comes
  };

  double draw(std::size_t parameter, Rng& rng) const;
  bool is_new(std::size_t parameter, double value) const;

  RowSpace* rows_;
  std::vector<double> centre_;
  double deviation_;
  std::vector<Change> changes_;
  std::size_t next_ = 0;
};

}  // namespace crescendo
