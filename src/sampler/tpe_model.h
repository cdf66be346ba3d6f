#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "numeric/growing_mixture.h"
#include "sampler/seen_trials.h"
#include "sampler/tpe_split.h"
#include "sampler/trial_columns.h"

namespace crescendo {

struct TpeRule {
  ParzenRule parzen;
  GoodShare share;
  int enough = 10;    // finished trials: as many as the model needs, and a rung (RungWeights)
  bool joint = true;  // a group of parameters has one density; else each parameter has its own
};

/// What tpe knows of one history when it proposes for one rung, from that rung's trials alone or from all: which
/// observations are good, and the density of the others. A memo: a used one answers as a fresh one does, bit by bit, in
/// time that depends on what changed since.
class TpeModel {
 public:
  /// A group's good observations, and the density of its bad ones, whose kernels are numbered by their rows.
  struct Part {
    Group group;
    std::vector<int> good;        // rows in which the group is active, ascending
    std::vector<double> weights;  // of these
    GrowingMixture bad;
  };

  TpeModel(const Space& space, const TpeRule& rule, int rung, bool alone);

  /// Reads the history, without trial `without`. False: this object cannot follow what changed, a fresh one can.
  bool update(const History& history, int without);

  int finished() const { return split_.finished(); }

  /// Brings the parts up to date and returns them.
  const std::vector<Part>& parts();

  const TrialColumns& columns() const { return columns_; }

  /// Whether some trial of this study, running ones included, has this point.
  bool knows(const Point& point) const;

 private:
  std::vector<Group> groups() const;
  void move(const std::vector<int>& good);
  void fit(Part& part, const std::vector<int>& good, const RungWeights& weight) const;
  bool belongs(const Part& part, int row) const;

  const Space space_;
  TpeRule rule_;
  SeenTrials seen_;
  SplitTrials split_;
  TrialColumns columns_;
  int lessons_ = 0;                // rows before those of the trials
  std::vector<char> there_;        // [row] whether it is among what is seen
  std::vector<int> distance_;      // [row] rungs away
  std::vector<int> moved_, good_;  // rows: came, went or changed since the parts were fitted; good when they were
  std::vector<Part> parts_;
};

}  // namespace crescendo
