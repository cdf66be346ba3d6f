#pragma once

#include <vector>

#include "crescendo/history.h"

namespace crescendo {

enum class Standing { kFinished, kFailed, kPending };

/// One execution of a point that a sampler may learn from.
struct Observation {
  const Point* point;  // of the history, or of a lesson of its study
  Standing standing;   // a loss that is not a number counts as failed
  double loss, tie;    // where finished; they compare within the same rung of the same source
  int row;             // its place among all that can ever be observed: the lessons first, then the trials
  int trial;           // -1 for a lesson
  int source;          // -1: this study; else which of those it learns from
  int rung;            // of this study's ladder; a lesson's is counted from the top, and may lie below the lowest
  int rungs_away;      // between it and the rung that is proposed for; 0: the same; a lesson's is one more
  int origin;          // the row of the trial that the point was proposed for; others execute it again
};

/// What there is to learn for trial `number`: the lessons of other studies, then every other trial that has its point,
/// of whatever rung, in the order of claims. The rung that is proposed for is that trial's, or the top one where the
/// history lacks it. Cost: O(trials + lessons).
std::vector<Observation> observations(const History& history, int number);

/// Of each point (of each origin) the one execution that tells most: an ended one before one that runs, then the one at
/// the nearest rung (of two as near, the higher one), then the first. In the same order.
std::vector<Observation> one_for_each_point(std::vector<Observation> all);

}  // namespace crescendo
