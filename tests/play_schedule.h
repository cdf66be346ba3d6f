#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <vector>

#include "crescendo/rng.h"
#include "crescendo/schedule.h"
#include "space/encode.h"
#include "tests/fakes.h"

namespace crescendo {

/// What happens to trials while a schedule is played. Losses tie, and trials end in any order.
struct Fate {
  int workers = 1;
  std::uint64_t seed = 0;
  double failed = 0, pruned = 0,
         late = 0;  // shares of the trials; a late one ends when nothing else runs; none prunes repetitions
};

/// Adds the trial that a step asks for, as a store does, and returns its number. An open rung is drawn with `chosen`.
inline int claim(History& history, const Step& step, std::vector<double> unit, double chosen = 0) {
  Trial trial;
  trial.number = static_cast<int>(history.trials().size());
  if (const auto* start = std::get_if<Start>(&step)) {
    trial.rung = claimed_rung(*start, history.study());
    trial.tag = claimed_tag(*start);
    trial.parent = start->parent;
    if (!history.find_box(trial.rung, start->box)) history.add_box(trial.rung, start->box);
    trial.box = history.find_box(trial.rung, start->box);
    const Point point = point_in_box(history.study().space, start->box, unit);
    if (!start->rung) {
      history.set_trial(trial);
      trial.rung = static_cast<int>(static_cast<double>(history.study().ladder.size()) * chosen);
    }
    trial.point = point;
  } else {
    const auto& promote = std::get<Promote>(step);
    trial.rung = promote.rung;
    trial.tag = promote.tag;
    trial.parent = promote.parent;
    trial.point = history.trial(promote.parent).point;
  }
  history.set_trial(trial);
  return trial.number;
}

/// Plays a study's schedule to its end. `check` sees every step with the history it was taken from.
inline History play(const Study& study, const Fate& fate,
                    const std::function<void(const History&, const Step&)>& check) {
  const auto schedule = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  Rng rng(fate.seed);
  std::vector<int> running, late;
  for (int steps = 0; steps < 100'000; ++steps) {
    const int claimed = static_cast<int>(running.size() + late.size());
    if (claimed < fate.workers && (claimed == 0 || rng.uniform() < 0.6)) {
      const Step step = schedule->next(history);
      check(history, step);
      if (std::holds_alternative<Finish>(step)) {
        EXPECT_EQ(claimed, 0);
        return history;
      }
      if (!std::holds_alternative<Wait>(step)) {
        std::vector<double> unit(study.space.size());
        for (double& u : unit) u = rng.uniform();
        const auto* start = std::get_if<Start>(&step);
        const double chosen = start && !start->rung ? rng.uniform() : 0;
        const int number = claim(history, step, std::move(unit), chosen);
        (rng.uniform() < fate.late ? late : running).push_back(number);
        continue;
      }
      EXPECT_GT(claimed, 0) << "it waits and nothing runs";
      if (claimed == 0) return history;
    }
    std::vector<int>& ending = running.empty() ? late : running;
    const std::size_t which = rng.below(ending.size());
    Trial trial = history.trial(ending[which]);
    ending.erase(ending.begin() + static_cast<std::ptrdiff_t>(which));
    trial.state = rng.uniform() < fate.failed ? TrialState::kFailed : TrialState::kFinished;
    trial.stopped_early = rng.uniform() < fate.pruned && trial.tag.repeat < 0;
    trial.loss = static_cast<double>(rng.below(10)) / 10;
    trial.seconds = 1;
    history.set_trial(trial);
  }
  ADD_FAILURE() << "the schedule does not end";
  return history;
}

inline const auto kNoCheck = [](const History&, const Step&) {};

}  // namespace crescendo
