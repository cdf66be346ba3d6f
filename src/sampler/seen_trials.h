#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "sampler/observations.h"

namespace crescendo {

/// one_for_each_point(observations(history, number)) of one history and one rung that is proposed for, from that rung
/// alone or from all, kept up to date by what changed. A memo: it only saves looking at every trial for each proposal.
class SeenTrials {
 public:
  SeenTrials(int rung, bool alone) : rung_(rung), alone_(alone) {}

  struct Listener {
    std::function<void(const Observation&)> joins, leaves;
  };

  /// Tells `listener` which observations came and went since the last call; the `point` is null in those that go. Trial
  /// `without` is passed over: an object that did so although it had a point must not be asked again. False: a trial
  /// has changed in a way that trials do not usually do, and a fresh object has to be asked.
  bool update(const History& history, int without, const Listener& listener);

 private:
  bool look_at(const Trial& trial, const Listener& listener);

  int rung_;
  bool alone_;
  std::size_t changes_ = 0;                         // of the history, that were looked at
  int lessons_ = -1;                                // of other studies; -1: not looked at yet
  std::vector<int> origins_;                        // [trial] rows
  std::vector<std::optional<Observation>> chosen_;  // [row of the origin, less the lessons]
};

}  // namespace crescendo
