#pragma once

#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "crescendo/store.h"

namespace crescendo {

/// What a claim records: the schedule's step; where it starts a point, with the queued point that is due, if one is,
/// and else with the sampler's stamp.
///
/// Where the study has a lag, all of it follows from what the next trial may know (search/lag.h). A schedule that would
/// wait there is shown the later trials too, one after the other, each when it has ended.
Step next_step(const History& history, const Schedule& schedule, const Sampler& sampler);

/// The point of a claimed trial without one and, where it is open, its rung, proposed from what the trial may know: a
/// history that has it. Of a perturbed trial the point is a uniform draw from its box, whichever sampler there is;
/// where constraints forbid all that are drawn, its parent's.
Proposal propose(const Sampler& sampler, const History& seen, int trial, Rng& rng);

/// Proposes the point (and rung) of a claimed trial and places it, unless the trial has its point; the history then
/// holds it. False if the trial was taken over.
bool place_point(Store& store, const Sampler& sampler, History& history, Lease lease);

/// Whether a running trial goes on after `epoch` ended with `loss`, as the schedule says from what the trial may know
/// and its own curve as far as the history has it.
bool goes_on(const Schedule& schedule, const History& history, int trial, int epoch, double loss);

/// The random streams of trial `number`: of its execution, and of the proposal of its point.
std::uint64_t trial_seed(const Study& study, int number);
Rng proposal_stream(const Study& study, int number, int proposal);

}  // namespace crescendo
