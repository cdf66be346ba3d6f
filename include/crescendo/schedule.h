#pragma once

#include <memory>
#include <string>
#include <variant>

#include "crescendo/study.h"

namespace crescendo {

/// A new point at a rung. `box` is where it may fall; the store keeps a rung's first box and later claims use that.
struct Start {
  int rung = 0;
  Box box;
  Tag tag;
};

/// The point of trial `parent` once more: at a higher rung, or repeated at its own with a new seed.
struct Promote {
  int parent = 0;
  int rung = 0;
  Tag tag;
};

/// Nothing to do until a running trial ends.
struct Wait {};

/// The study has used its budget, or has nothing left to try.
struct Finish {};

using Step = std::variant<Start, Promote, Wait, Finish>;

/// Says what a free worker does next. A pure function of the history: no state, no clock.
class Schedule {
 public:
  virtual ~Schedule() = default;

  /// Never Wait while no trial runs. Cost: it runs under the store's lock, so at most microseconds a trial.
  virtual Step next(const History& history) const = 0;

  /// Whether a running trial goes on after `epoch` (from 1) ended with `loss`.
  virtual bool keep_going(const History&, int /*trial*/, int /*epoch*/, double /*loss*/) const { return true; }
};

/// The schedule a study names. Throws Error (bad input) for an unknown name or option.
std::unique_ptr<Schedule> make_schedule(const Study& study);

}  // namespace crescendo
