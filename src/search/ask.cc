#include "search/ask.h"

#include <fmt/format.h>

#include "base/processes.h"
#include "crescendo/error.h"
#include "objective/program.h"
#include "search/claiming.h"
#include "search/lineage.h"
#include "search/presets.h"

namespace crescendo {
namespace {

const std::string kAsked = "asked by ";  // what the owner of an asked trial begins with

}  // namespace

bool was_asked(std::string_view owner) { return owner.starts_with(kAsked); }

std::variant<Asked, Wait, Finish> ask(Store& store, const Study& study, double now, double lease_seconds) {
  if (!study.budget.trials) {
    bad_input(fmt::format("the study '{}' has a budget of time, which asking does not use up; ask for one of trials",
                          study.name));
  }
  check_goes_together(study);
  const auto sampler = make_sampler(study);
  const auto schedule = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  // The process that asks ends long before the trial does, so only its lease may tell that the trial is lost.
  const Claimant who{kAsked + process_identity(), kNoSession, now, lease_seconds};
  for (;;) {
    const Claim claim = store.claim(
        history, who, [](const std::string&) { return OwnerState::kUnknown; },
        [&](const History& seen) { return next_step(seen, *schedule, *sampler); });
    if (std::holds_alternative<Wait>(claim)) return Wait{};
    if (std::holds_alternative<Finish>(claim)) return Finish{};
    const Lease lease = std::get<Lease>(claim);
    if (!place_point(store, *sampler, history, lease)) continue;  // taken over: another one is there
    begin_curve(store, history, lease);
    const Trial& trial = history.trial(lease.trial);
    Asked asked{lease.trial, lease.attempt, trial.rung, program_seed(execution_seed(history, trial)), *trial.point};
    if (const auto line = lineage(history, trial); !line.empty()) asked.parent = line.back().number;
    return asked;
  }
}

Lease asked_lease(Store& store, const History& history, int trial, std::optional<int> attempt) {
  const std::string& study = history.study().name;
  const int trials = static_cast<int>(history.trials().size());
  if (trial < 0 || trial >= trials) {
    not_found(fmt::format("study '{}' has no trial {}; it has {}", study, trial, trials));
  }
  const Trial& known = history.trial(trial);
  if (known.state != TrialState::kRunning) {
    bad_input(fmt::format("trial {} has ended; what ended is not changed any more", trial));
  }
  if (!was_asked(store.owner(study, trial))) {
    bad_input(fmt::format("trial {} was not given to a program that asked; a worker of 'tune' executes it", trial));
  }
  if (!attempt && known.attempt > 1) {
    bad_input(
        fmt::format("trial {} was given away {} times; say which one ended with --attempt", trial, known.attempt));
  }
  if (attempt && (*attempt < 1 || *attempt > known.attempt)) {
    bad_input(fmt::format("trial {} has had {} attempt{}, so there is no attempt {}", trial, known.attempt,
                          known.attempt == 1 ? "" : "s", *attempt));
  }
  if (attempt && *attempt != known.attempt) {
    bad_input(fmt::format("attempt {} of trial {} took too long, and attempt {} was given to another program", *attempt,
                          trial, known.attempt));
  }
  return {trial, known.attempt};
}

}  // namespace crescendo
