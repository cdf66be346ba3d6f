#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crescendo/store.h"

namespace crescendo {

/// The trials that the training of `trial` goes through, the first one first; the last is the one it goes on from or
/// starts from the weights of. Empty: it begins anew. A repetition executes all epochs itself, but starts from weights
/// as the trial does that it repeats.
std::vector<Trial> lineage(const History& history, const Trial& trial);

/// The trial whose weights a training started from; none where it began with drawn ones.
std::optional<int> started_from(const History& history, const Trial& trial);

/// Of the trials that the training of `trial` goes through, the last one with each point other than the next one's, in
/// their order: before it was perturbed. Empty: its training had one point.
std::vector<Trial> earlier_points(const History& history, const Trial& trial);

/// The values of `a` where it has others than `b`, as in "learning_rate 0.01, batch_size 32".
std::string difference_text(const Space& space, const Point& a, const Point& b);

/// The seed of a trial's execution: another for each trial, but that of its parent where it goes on from there with the
/// same point, so that it comes to what a single training would.
std::uint64_t execution_seed(const History& history, const Trial& trial);

/// The curve of a trial that goes on begins with its parent's, so that the curves of a rung compare report by report.
/// Reports these epochs; returns them, none where it does not go on. They end at the first refusal, which the lease's
/// next use finds out.
std::vector<EpochReport> begin_curve(Store& store, const History& history, Lease lease);

}  // namespace crescendo
