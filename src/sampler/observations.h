#pragma once

#include <vector>

#include "crescendo/history.h"

namespace crescendo {

enum class Standing { kFinished, kFailed, kPending };

/// One execution of a point that a sampler may learn from.
struct Observation {
  const Point* point;  // of the history
  Standing standing;
  double loss, tie;  // where finished
  int trial;
  int rungs_away;  // between the rung it was executed at and the one that is proposed for; 0: the same
};

/// What there is to learn for trial `number`: every other trial that has its point, of whatever rung, in the order of
/// claims. The rung that is proposed for is that trial's, or the top one where the history lacks it.
/// Cost: O(trials).
std::vector<Observation> observations(const History& history, int number);

}  // namespace crescendo
