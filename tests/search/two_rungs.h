#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "search/claiming.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {

/// A problem at the top rung and what the one below says of it, with the seconds that a trial takes at each.
struct TwoRungs {
  Problem problem;
  std::function<double(const Point&)> loss_below;
  double seconds_below = 1, seconds_at_top = 20;
};

inline Study study_of(const TwoRungs& rungs, Named sampler, Named schedule, double seconds, std::uint64_t seed) {
  Study study = small_study(1, 2, "", rungs.problem.space);
  study.seed = seed;
  study.sampler = std::move(sampler);
  study.schedule = std::move(schedule);
  study.budget = {{}, seconds};
  return study;
}

/// One worker's search; time is what trials take, and the last one may overrun it.
inline History searched(const TwoRungs& rungs, const Study& study) {
  const auto sampler = make_sampler(study);
  const auto schedule = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (std::uint64_t revision = 1;;) {
    const Step step = next_step(history, *schedule, *sampler);
    if (!std::holds_alternative<Start>(step)) return history;
    const auto& start = std::get<Start>(step);
    Trial trial;
    trial.number = static_cast<int>(history.trials().size());
    trial.rung = claimed_rung(start, study);
    trial.tag = claimed_tag(start);
    if (!history.find_box(trial.rung, start.box)) history.add_box(trial.rung, start.box);
    trial.box = history.find_box(trial.rung, start.box);
    trial.elapsed_seconds = history.elapsed_seconds();
    history.set_trial(trial);
    Rng rng = proposal_stream(study, trial.number, 0);
    const Proposal proposed = propose(*sampler, history, trial.number, rng);
    trial.point = proposed.point;
    trial.rung = proposed.rung.value_or(trial.rung);
    trial.state = TrialState::kFinished;
    trial.loss = trial.rung == study.top() ? rungs.problem.loss(*trial.point) : rungs.loss_below(*trial.point);
    trial.seconds = trial.cpu_seconds = trial.rung == study.top() ? rungs.seconds_at_top : rungs.seconds_below;
    trial.ended_revision = ++revision;
    history.set_elapsed_seconds(history.elapsed_seconds() + trial.seconds);
    history.set_trial(trial);
  }
}

}  // namespace crescendo
