#pragma once

#include <vector>

#include "numeric/parzen.h"
#include "sampler/axes.h"
#include "sampler/observations.h"

namespace crescendo {

using Group = std::vector<std::size_t>;  // parameters that one density describes

/// The points of a history on their axes, column by column, and in ascending order where an axis has one. A memo: it
/// only saves encoding and sorting everything for each proposal.
///
/// 1. What update() leaves is what a fresh object would have for the given observations; rows of other trials may be
/// there too. 2. Every row is compared with the point it stands for, so histories may change, shrink and alternate.
class TrialColumns {
 public:
  /// Cost: O(observations x parameters), with logarithms and sorting only for what is new.
  void update(const Space& space, const std::vector<Observation>& seen);

  const std::vector<ParameterAxis>& axes() const { return axes_; }

  /// Above every trial's number.
  std::size_t rows() const { return known_.size(); }

  /// Coordinate of a trial that was among the observations; NaN where the parameter is not active.
  double at(std::size_t parameter, int trial) const {
    return at_[static_cast<std::size_t>(trial) * axes_.size() + parameter];
  }

  /// Trials in which the parameter is active, in ascending order of (at, trial); `kernel` is the trial's number.
  const std::vector<Observed>& ascending(std::size_t parameter) const { return ascending_[parameter]; }

  /// Sets of parameters that were active in the same ones of these trials, which were among the observations. Those
  /// that never were form one too.
  std::vector<Group> groups(const Space& space, const std::vector<int>& trials) const;

 private:
  bool stands(const Observation& o) const;
  void start(const Space& space);
  void add(const std::vector<const Observation*>& fresh);

  std::vector<Parameter> parameters_;
  std::vector<ParameterAxis> axes_;
  std::vector<double> values_, at_;               // [trial][parameter]
  std::vector<char> known_;                       // [trial]
  std::vector<std::vector<Observed>> ascending_;  // [parameter]
};

}  // namespace crescendo
