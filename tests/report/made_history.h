#pragma once

#include <memory>
#include <utility>

#include "crescendo/history.h"
#include "crescendo/rng.h"
#include "space/encode.h"
#include "tests/fakes.h"

namespace crescendo {

/// A history that is filled by hand.
class MadeHistory {
 public:
  explicit MadeHistory(Study study) : history_(std::make_shared<const Study>(std::move(study))) {
    for (int rung = 0; rung <= history_.study().top(); ++rung) history_.add_box(rung, history_.study().rung_box(rung));
  }

  /// A running trial at a rung, with a point drawn at random, or its parent's.
  Trial begin(int rung, std::optional<int> parent = {}) {
    Trial trial;
    trial.number = static_cast<int>(history_.trials().size());
    trial.rung = rung;
    trial.parent = parent;
    const Space& space = history_.study().space;
    std::vector<double> unit(space.size());
    for (double& u : unit) u = rng_.uniform();
    trial.point = parent ? history_.trial(*parent).point : point_in_box(space, whole(space), unit);
    if (!parent) trial.box = rung;
    history_.set_trial(trial);
    return trial;
  }

  int finish(int rung, double loss, double seconds = 1, std::optional<int> parent = {}) {
    Trial trial = begin(rung, parent);
    trial.state = TrialState::kFinished;
    trial.loss = loss;
    trial.seconds = seconds;
    trial.curve = {loss + 1, loss};
    return end(std::move(trial));
  }

  int fail(int rung, const std::string& reason) {
    Trial trial = begin(rung);
    trial.state = TrialState::kFailed;
    trial.reason = reason;
    return end(std::move(trial));
  }

  int end(Trial trial) {
    trial.ended_revision = ++revision_;
    const int number = trial.number;
    history_.set_trial(std::move(trial));
    return number;
  }

  const History& history() const { return history_; }

 private:
  History history_;
  Rng rng_{3};
  std::uint64_t revision_ = 0;
};

}  // namespace crescendo
