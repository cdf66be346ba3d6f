#pragma once

#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "crescendo/store.h"

namespace crescendo {

/// What a claim records: the schedule's step; where it starts a point, with the queued point that is due, if one is,
/// and else with the sampler's stamp.
Step next_step(const History& history, const Schedule& schedule, const Sampler& sampler);

/// Proposes the point of a claimed trial and places it, unless the trial has its point; the history then holds it.
/// False if the trial was taken over.
bool place_point(Store& store, const Sampler& sampler, History& history, Lease lease);

/// The random streams of trial `number`: of its execution, and of the proposal of its point.
std::uint64_t trial_seed(const Study& study, int number);
Rng proposal_stream(const Study& study, int number, int proposal);

}  // namespace crescendo
