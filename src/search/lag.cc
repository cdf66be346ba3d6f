#include "search/lag.h"

#include <algorithm>

#include "crescendo/error.h"

namespace crescendo {
namespace {

// A trial whose number is all that tells when it was claimed, placed and ended.
Trial in_turn(const Trial& trial, bool ended, int lag) {
  Trial then = ended ? trial : Trial{};
  then.number = trial.number;
  then.parent = trial.parent;
  then.rung = trial.rung;
  then.box = trial.box;
  then.tag = trial.tag;
  then.point = trial.point;
  then.seconds = then.cpu_seconds = then.elapsed_seconds = 0;
  then.attempt = 1;
  then.proposal = 0;
  then.revision = static_cast<std::uint64_t>(trial.number) + 1;
  then.seen_revision = static_cast<std::uint64_t>(std::max(0, trial.number - lag + 1));
  then.claimed_revision = then.placed_revision = then.revision;
  then.ended_revision = ended ? then.revision : 0;
  return then;
}

}  // namespace

History lagged(const History& history, int number, int lag) {
  check(is_settled(history, number, lag), "what a trial learns from is there");
  History view(history.shared_study());
  const int there = std::min(number + 1, static_cast<int>(history.trials().size()));
  for (int other = 0; other < there; ++other) {
    const Trial& trial = history.trial(other);
    // Boxes came up with the trials that first used them.
    if (trial.box && *trial.box == view.boxes()) {
      view.add_box(history.rung_of_box(*trial.box), history.box(*trial.box));
    }
    Trial then = in_turn(trial, other <= number - lag, lag);
    if (other == number) unplace(then, history.study());
    view.set_trial(std::move(then));
  }
  view.set_queue({history.queue().begin(), history.queue().end()});
  view.set_revision(static_cast<std::uint64_t>(number));
  return view;
}

bool is_settled(const History& history, int number, int lag) {
  const int there = std::min(number, static_cast<int>(history.trials().size()));
  for (int other = there - 1; other >= 0; --other) {
    const Trial& trial = history.trial(other);
    if (!trial.point || (other <= number - lag && trial.state == TrialState::kRunning)) return false;
  }
  return true;
}

}  // namespace crescendo
