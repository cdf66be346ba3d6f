#pragma once

#include <vector>

#include "crescendo/history.h"

namespace crescendo {

/// Whether a trial's point was proposed at its rung: not promoted, repeated or given by the user.
bool is_proposal(const Trial& trial);

struct Generations {
  std::vector<std::vector<int>> members;  // proposals by generation, in the order of claims
  int current = 0;                        // the generation that a proposal which is claimed now belongs to, from 0
};

/// The proposals of a rung; trial `except` is left out (-1: none).
///
/// A generation closes when `population` of its proposals have ended, finished or failed. What is proposed while it is
/// open belongs to it, so with several workers it may become larger than `population`; those that end after it has
/// closed still belong to it. A trial's tag says its generation where it has one. Elsewhere it follows from the
/// revision that the trial's point was proposed from: those that had ended by then are seen as ended. Cost: O(n log n)
/// for the n trials of the rung.
Generations generations(const History& history, int rung, int population, int except = -1);

/// What a trial's tag is stamped with when a proposal at `rung` is claimed. Cost: O(n), where all have tags.
int current_generation(const History& history, int rung, int population);

}  // namespace crescendo
