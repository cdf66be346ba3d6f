#pragma once

#include <span>
#include <vector>

#include "crescendo/rng.h"
#include "numeric/forest.h"
#include "sampler/observations.h"
#include "sampler/row_space.h"

namespace crescendo {

/// What a random forest has learnt of the logarithm of the loss: SMAC's model.
///
/// Every trial teaches, wherever it lies and whatever its rung or study. A failed one counts as the worst loss seen; a running
/// one as what the forest says of it without knowing it, so that the doubt around it shrinks and the next worker looks
/// elsewhere.
class ForestModel {
 public:
  /// At least one of `seen` is finished. A leaf answers with the logarithm of its mean cost, whatever `options` say.
  ForestModel(const RowSpace& rows, std::span<const Observation> seen, ForestOptions options, Rng& rng);

  /// Rows of the trials that ended, as if at the rung that is proposed for, and what is predicted for them there.
  std::span<const double> trials() const { return trials_; }
  std::span<const double> predicted() const { return predicted_; }

  /// The lowest of predicted().
  double incumbent() const { return incumbent_; }

  /// rows: [n][width]. Expected improvement over the incumbent, in units of the transformed loss.
  void improvement(std::span<const double> rows, std::span<double> worth) const;

 private:
  Forest forest_;
  std::vector<double> trials_, predicted_;
  double incumbent_;
};

}  // namespace crescendo
