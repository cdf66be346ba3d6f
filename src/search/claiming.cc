#include "search/claiming.h"

#include <algorithm>

#include "crescendo/error.h"
#include "sampler/free_point.h"
#include "search/lag.h"

namespace crescendo {
namespace {

constexpr std::uint64_t kExecution = 1, kProposal = 2;  // keys of the random streams
constexpr int kDrawsNearAParent = 1000;                 // before constraints leave it with its parent's point
constexpr int kProposals = 3;                           // before a point that another worker has just taken is kept

Step scheduled(const History& history, const Schedule& schedule) {
  const int number = static_cast<int>(history.trials().size());
  if (history.study().lag == 0) return schedule.next(history);
  for (int lag = std::min(history.study().lag, number + 1); lag > 0 && is_settled(history, number, lag); --lag) {
    Step step = schedule.next(lagged(history, number, lag));
    if (!std::holds_alternative<Wait>(step)) return step;
  }
  return Wait{};
}

// Calls `use` with what trial `number` may know.
template <class Use>
auto with_view(const History& history, int number, Use use) {
  const int lag = history.study().lag;
  return lag == 0 ? use(history) : use(lagged(history, number, lag));
}

}  // namespace

Step next_step(const History& history, const Schedule& schedule, const Sampler& sampler) {
  Step step = scheduled(history, schedule);
  auto* start = std::get_if<Start>(&step);
  if (!start || start->parent) return step;
  const Box rung_box = history.study().rung_box(claimed_rung(*start, history.study()));
  const auto due = std::find_if(history.queue().begin(), history.queue().end(),
                                [&](const Queued& queued) { return rung_box.contains(queued.point); });
  if (due != history.queue().end()) {
    start->queued = due->number;
    start->tag.settle = -1;  // it is the user's point, not what was predicted to be best
    start->rung = claimed_rung(*start, history.study());
  } else {
    const int number = static_cast<int>(history.trials().size());
    with_view(history, number,
              [&](const History& seen) { sampler.stamp(seen, claimed_rung(*start, seen.study()), start->tag); });
  }
  return step;
}

Proposal propose(const Sampler& sampler, const History& seen, int trial, Rng& rng) {
  const Trial& claimed = seen.trial(trial);
  check(claimed.box.has_value(), "a trial that was started has a box or a point");
  const Box& box = seen.box(*claimed.box);
  if (is_perturbed(claimed)) {
    const auto drawn = find_uniform_point(seen.study().space, box, rng, kDrawsNearAParent);
    return {drawn ? *drawn : *seen.trial(*claimed.parent).point};
  }
  if (is_rung_open(claimed)) return sampler.propose_with_rung(seen, box, trial, rng);
  return {sampler.propose(seen, box, trial, rng)};
}

bool place_point(Store& store, const Sampler& sampler, History& history, Lease lease) {
  if (history.trial(lease.trial).point) return true;
  for (int proposal = 0;; ++proposal) {
    Rng rng = proposal_stream(history.study(), lease.trial, proposal);
    const Proposal proposed =
        with_view(history, lease.trial, [&](const History& seen) { return propose(sampler, seen, lease.trial, rng); });
    const bool last = proposal + 1 >= kProposals;
    const Placement placed = store.place(history.study(), lease, proposed, history.revision(), proposal, last);
    if (placed == Placement::kLost) return false;
    store.refresh(history);
    if (placed == Placement::kPlaced) return true;
  }
}

bool goes_on(const Schedule& schedule, const History& history, int trial, int epoch, double loss) {
  const int lag = history.study().lag;
  if (lag == 0) return schedule.keep_going(history, trial, epoch, loss);
  History seen = lagged(history, trial, lag);
  Trial own = seen.trial(trial);
  own.point = history.trial(trial).point;
  own.curve = history.trial(trial).curve;
  seen.set_trial(std::move(own));
  return schedule.keep_going(seen, trial, epoch, loss);
}

std::uint64_t trial_seed(const Study& study, int number) {
  return Rng(study.seed, {kExecution, static_cast<std::uint64_t>(number)}).next();
}

Rng proposal_stream(const Study& study, int number, int proposal) {
  return Rng(study.seed, {kProposal, static_cast<std::uint64_t>(number), static_cast<std::uint64_t>(proposal)});
}

}  // namespace crescendo
