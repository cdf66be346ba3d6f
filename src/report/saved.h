#pragma once

#include <optional>

#include "crescendo/history.h"

namespace crescendo {

/// What as many trials would have taken at the top rung, in seconds of trials.
struct Saved {
  double seconds = 0;      // that all trials took
  double top_seconds = 0;  // that they would have taken
  int measured = 0;        // pairs of trials that this rests on
};

/// An estimate from the trials that were promoted: what a step up the ladder does to a trial's time is the median, over
/// the pairs of a trial and its promotion one rung higher, both in full, of the ratio of their times. A trial below the
/// top would have taken its own time, times the ratios of all steps above it. A trial that went on from its parent
/// counts with its parent's time.
///
/// It says nothing of promoted points being unlike the others: where good networks are large, they slow down more.
/// None with one rung, or without a pair at a step that a trial would have to take.
std::optional<Saved> saved(const History& history);

}  // namespace crescendo
