#pragma once

#include <memory>
#include <string>

#include "crescendo/history.h"
#include "crescendo/rng.h"
#include "crescendo/step.h"

namespace crescendo {

/// Says which point is started. A pure function of its arguments: no state, no clock.
class Sampler {
 public:
  virtual ~Sampler() = default;

  /// A point inside `box` with exactly the active parameters, for trial `number`. It may learn from every trial in the
  /// history (in any state, without a point, with any loss) except `number` itself, which may be there or not.
  /// In a space of finitely many points it avoids those that run, while others are left.
  /// Thread-safe.
  virtual Point propose(const History& history, const Box& box, int number, Rng& rng) const = 0;

  /// The same where the schedule leaves the rung open: also at which rung, whose limits hold the point too. Samplers
  /// that know nothing of costs say the top one, where the study's answer is found.
  virtual Proposal propose_with_rung(const History& history, const Box& box, int number, Rng& rng) const {
    return {propose(history, box, number, rng), history.study().top()};
  }

  /// Adds to the tag of a proposal that is being claimed at `rung` (the top one, if it is open) what the sampler wants
  /// stored with it, as its generation. It runs under the store's lock, so at most microseconds a trial.
  virtual void stamp(const History&, int /*rung*/, Tag&) const {}
};

/// The sampler a study names. Throws Error (bad input) for an unknown name or option, and for a space
/// that it cannot search.
std::unique_ptr<Sampler> make_sampler(const Study& study);

/// In a few words, whose points the study gets and why, where its sampler leaves them to others (auto); empty for every
/// other one. Throws as make_sampler does for a name or an option.
std::string sampler_reason(const Study& study);

}  // namespace crescendo
