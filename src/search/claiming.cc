#include "search/claiming.h"

#include <algorithm>

#include "crescendo/error.h"

namespace crescendo {
namespace {

constexpr std::uint64_t kExecution = 1, kProposal = 2;  // keys of the random streams
constexpr int kProposals = 3;                           // before a point that another worker has just taken is kept

}  // namespace

Step next_step(const History& history, const Schedule& schedule, const Sampler& sampler) {
  Step step = schedule.next(history);
  auto* start = std::get_if<Start>(&step);
  if (!start) return step;
  const Box rung_box = history.study().rung_box(start->rung);
  const auto due = std::find_if(history.queue().begin(), history.queue().end(),
                                [&](const Queued& queued) { return rung_box.contains(queued.point); });
  if (due != history.queue().end()) {
    start->queued = due->number;
  } else {
    sampler.stamp(history, start->rung, start->tag);
  }
  return step;
}

bool place_point(Store& store, const Sampler& sampler, History& history, Lease lease) {
  if (history.trial(lease.trial).point) return true;
  const auto box = history.trial(lease.trial).box;
  check(box.has_value(), "a trial that was started has a box or a point");
  for (int proposal = 0;; ++proposal) {
    Rng rng = proposal_stream(history.study(), lease.trial, proposal);
    const Point point = sampler.propose(history, history.box(*box), lease.trial, rng);
    const bool last = proposal + 1 >= kProposals;
    const Placement placed = store.place(history.study(), lease, point, history.revision(), proposal, last);
    if (placed == Placement::kLost) return false;
    store.refresh(history);
    if (placed == Placement::kPlaced) return true;
  }
}

std::uint64_t trial_seed(const Study& study, int number) {
  return Rng(study.seed, {kExecution, static_cast<std::uint64_t>(number)}).next();
}

Rng proposal_stream(const Study& study, int number, int proposal) {
  return Rng(study.seed, {kProposal, static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(proposal)});
}

}  // namespace crescendo
