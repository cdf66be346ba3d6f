#pragma once

#include <vector>

#include "crescendo/history.h"

namespace crescendo {

enum class Standing { kFinished, kFailed, kPending };

/// One execution of a point that a sampler may learn from.
struct Observation {
  const Point* point;  // of the history
  Standing standing;   // a loss that is not a number counts as failed
  double loss, tie;    // where finished
  int trial;
  int rung;
  int rungs_away;  // between the rung it was executed at and the one that is proposed for; 0: the same
  int origin;      // the trial that the point was proposed for; others execute it again
};

/// What there is to learn for trial `number`: every other trial that has its point, of whatever rung, in the order of
/// claims. The rung that is proposed for is that trial's, or the top one where the history lacks it.
/// Cost: O(trials).
std::vector<Observation> observations(const History& history, int number);

/// Of each point (of each origin) the one execution that tells most: an ended one before one that runs, then the one at
/// the nearest rung (of two as near, the higher one), then the first. In the order of claims.
std::vector<Observation> one_for_each_point(std::vector<Observation> all);

}  // namespace crescendo
