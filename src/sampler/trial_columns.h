#pragma once

#include <span>
#include <vector>

#include "sampler/axes.h"

namespace crescendo {

using Group = std::vector<std::size_t>;  // parameters that one density describes

/// Points by the rows of their observations, and where they lie on their axes, which saves encoding them for each
/// proposal.
class TrialColumns {
 public:
  explicit TrialColumns(const Space& space);

  /// False: another point of this row is there already, and stays.
  bool add(int row, const Point& point);

  const std::vector<ParameterAxis>& axes() const { return axes_; }

  /// Coordinate of a row that was added; NaN where the parameter is not active.
  double at(std::size_t parameter, int row) const {
    return at_[static_cast<std::size_t>(row) * axes_.size() + parameter];
  }

  bool is_point_of(int row, const Point& point) const;

  /// Sets of parameters that were active in the same ones of these rows, which were added. Those that never were form
  /// one too.
  std::vector<Group> groups(const Space& space, const std::vector<int>& rows) const;

 private:
  std::vector<ParameterAxis> axes_;
  std::vector<double> values_, at_;  // [row][parameter]
  std::vector<char> known_;          // [row]
};

}  // namespace crescendo
