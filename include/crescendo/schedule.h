#pragma once

#include <memory>
#include <optional>

#include "crescendo/history.h"
#include "crescendo/step.h"

namespace crescendo {

/// Says what a free worker does next. A pure function of the history: no state, no clock.
class Schedule {
 public:
  virtual ~Schedule() = default;

  /// Never Wait while no trial runs. Cost: it runs under the store's lock, so at most microseconds a trial.
  virtual Step next(const History& history) const = 0;

  /// How many trials the schedule means a rung to have, where it knows.
  virtual std::optional<int> planned_trials(const History&, int /*rung*/) const { return {}; }

  /// Whether trials below the top must leave their weights behind, because a promotion may start from them.
  virtual bool carries_weights() const { return false; }

  /// Whether a later step may go on from where trial `number` ended. None: the schedule does not say, and a trial that
  /// another has gone on from to its end is done with.
  virtual std::optional<bool> may_go_on_from(const History&, int /*number*/) const { return {}; }

  /// Whether keep_going reads the history, which then holds the others' last reports and this one.
  virtual bool watches() const { return false; }

  /// Whether a running trial goes on after `epoch` (from 1) ended with `loss`.
  virtual bool keep_going(const History&, int /*trial*/, int /*epoch*/, double /*loss*/) const { return true; }
};

/// The schedule a study names. Throws Error (bad input) for an unknown name or option, and for a ladder that it cannot
/// climb.
std::unique_ptr<Schedule> make_schedule(const Study& study);

}  // namespace crescendo
