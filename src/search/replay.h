#pragma once

#include <functional>
#include <vector>

#include "crescendo/history.h"
#include "crescendo/sampler.h"

namespace crescendo {

/// A trial whose point, or the rung that was chosen with it, is not the one that the sampler proposes from what its
/// worker had seen.
struct Deviation {
  int trial = 0;
  Proposal stored, proposed;  // with rungs where the schedule left it open
};

struct ReplayReport {
  int proposed = 0;  // points that were proposed again
  int given = 0;     // points that nobody proposed: promoted, repeated or enqueued
  int missing = 0;   // trials without a point
  std::vector<Deviation> deviations;
};

/// Proposes every point of a study once more, each from the history as of the revision that its worker had seen, with
/// the trial's own random stream; with a lag, from what the trial may know (search/lag.h). What the study's facts do
/// not hold (curves of trials that still ran, time used) is what a sampler never reads. Calls `progress` with the
/// number of points done and of all. Cost: one proposal a trial.
ReplayReport replay(const History& history, const Sampler& sampler, const std::function<void(int, int)>& progress);

}  // namespace crescendo
