#pragma once

#include <span>
#include <vector>

#include "crescendo/history.h"

namespace crescendo {

enum class Standing { kFinished, kFailed, kPending };

/// Sources of losses that compare: this study's trials, and those of them that began from their parents' weights.
inline constexpr int kOwnTrials = -1, kOwnWarmTrials = -2;

/// One execution of a point that a sampler may learn from.
struct Observation {
  const Point* point;  // of the history, or of a lesson of its study
  Standing standing;   // a loss that is not a number counts as failed
  double loss, tie;    // where finished; they compare within the same rung of the same source
  int row;             // its place among all that can ever be observed: the lessons first, then the trials
  int trial;           // -1 for a lesson
  int source;          // kOwnTrials, kOwnWarmTrials, or which of the studies it learns from
  int rung;            // of this study's ladder; a lesson's is counted from the top, and may lie below the lowest
  int rungs_away;      // between it and the rung that is proposed for; 0: the same; a lesson's is one more
  int origin;          // the row of the trial that the point was proposed for; others execute it again
};

/// What a trial that has a point tells a proposal for `rung`, as the execution of the point of row `origin`; `row`: its
/// own.
Observation observation_of(const Trial& trial, int rung, int row, int origin);

/// What the lessons of other studies tell a proposal for `rung`, in the order of their rows.
std::vector<Observation> lessons_for(const Study& study, int rung);

/// Of two executions of one point, whether `a` tells more: an ended one before one that runs, then the one at the
/// nearest rung (of two as near, the higher one), then the first.
bool tells_more(const Observation& a, const Observation& b);

/// The rung that is proposed for: that of trial `number`, or the top one where the history lacks it.
int rung_proposed_for(const History& history, int number);

/// Whether trial `number` learns from the trials at its own rung alone, as its tag may say.
bool learns_alone(const History& history, int number);

/// What there is to learn for trial `number`: the lessons of other studies, then every other trial that has its point,
/// of whatever rung, in the order of claims; or those of its own rung alone. Cost: O(trials + lessons).
std::vector<Observation> observations(const History& history, int number);

/// The same as seen from the top rung, where the study's answer is found; still from its own rung where it learns
/// alone.
std::vector<Observation> observations_from_top(const History& history, int number);

/// Whether a trial has this very point at the rung that is proposed for, or runs it at any.
bool is_known(std::span<const Observation> all, const Point& point);

/// The same of what there is to learn for trial `number`. Cost: O(trials), little of it.
bool is_known(const History& history, int number, const Point& point);

/// Of each point (of each origin) the one execution that tells most. In the same order.
std::vector<Observation> one_for_each_point(std::vector<Observation> all);

}  // namespace crescendo
