#pragma once

#include <vector>

#include "crescendo/history.h"

namespace crescendo {

/// A trial that was better than all before it.
struct BestSoFar {
  double seconds = 0;  // of the study's time when it ended
  int trial = 0;
};

// Only a point's first execution in full counts: the lowest of several repetitions would be the luckiest one, and what
// was stopped early has no loss that compares.

/// The trials of a rung that were better than all before them there, in the order in which they ended.
std::vector<BestSoFar> course_at(const History& history, int rung);

/// Those that were better than all before them at their rung, while none had ended at a higher one.
std::vector<BestSoFar> course(const History& history);

}  // namespace crescendo
