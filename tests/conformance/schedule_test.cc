// Every schedule of the list, driven by a random world: trials end late, fail, and tie, in any order.
#include "crescendo/schedule.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "crescendo/rng.h"
#include "schedule/budget.h"
#include "schedule/schedules.h"
#include "space/encode.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

class ScheduleSuite : public testing::TestWithParam<ScheduleEntry (*)()> {
 protected:
  Study study(int trials, int rungs = 3) const { return small_study(trials, rungs, std::string(GetParam()().name)); }
};

/// Plays a schedule to its end. `check` sees every step with the history it was taken from.
template <class Check>
History play(const Study& study, int workers, std::uint64_t seed, double failures, Check check) {
  const auto schedule = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  Rng rng(seed);
  std::vector<int> running;
  std::vector<double> unit(study.space.size());
  for (int steps = 0; steps < 100'000; ++steps) {
    const bool may_claim = static_cast<int>(running.size()) < workers;
    if (may_claim && (running.empty() || rng.uniform() < 0.6)) {
      const Step step = schedule->next(history);
      check(history, step);
      if (std::holds_alternative<Finish>(step)) {
        EXPECT_TRUE(running.empty());
        return history;
      }
      if (std::holds_alternative<Wait>(step)) {
        EXPECT_FALSE(running.empty()) << "it waits and nothing runs";
        if (running.empty()) return history;
      } else {
        Trial trial;
        trial.number = static_cast<int>(history.trials().size());
        if (const auto* start = std::get_if<Start>(&step)) {
          trial.rung = start->rung;
          trial.tag = start->tag;
          if (!history.find_box(trial.rung, start->box)) history.add_box(trial.rung, start->box);
          trial.box = history.find_box(trial.rung, start->box);
          for (double& u : unit) u = rng.uniform();
          trial.point = point_in_box(study.space, start->box, unit);
        } else {
          const auto& promote = std::get<Promote>(step);
          trial.rung = promote.rung;
          trial.tag = promote.tag;
          trial.parent = promote.parent;
          trial.point = history.trial(promote.parent).point;
        }
        running.push_back(trial.number);
        history.set_trial(trial);
        continue;
      }
    }
    const std::size_t which = rng.below(running.size());
    Trial trial = history.trial(running[which]);
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
    trial.state = rng.uniform() < failures ? TrialState::kFailed : TrialState::kFinished;
    trial.loss = static_cast<double>(rng.below(10)) / 10;
    trial.seconds = 1;
    history.set_trial(trial);
  }
  ADD_FAILURE() << "the schedule does not end";
  return history;
}

const auto kNoCheck = [](const History&, const Step&) {};

TEST_P(ScheduleSuite, UsesExactlyItsBudgetOfTrialsAndEnds) {
  for (const int trials : {1, 2, 3, 5, 7, 10, 40, 60}) {
    for (const int rungs : {1, 2, 3}) {
      for (const int workers : {1, 2, 5}) {
        for (const double failures : {0.0, 0.3, 1.0}) {
          const History history =
              play(study(trials, rungs), workers, static_cast<std::uint64_t>(trials + workers), failures, kNoCheck);
          ASSERT_EQ(static_cast<int>(history.trials().size()), trials)
              << rungs << " rungs, " << workers << " workers, failures " << failures;
        }
      }
    }
  }
}

TEST_P(ScheduleSuite, PromotesOnlyWhatFinishedBelowOrRepeatsWhatFinishedHere) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    play(study(60), 3, seed, 0.2, [&](const History& history, const Step& step) {
      const auto* promote = std::get_if<Promote>(&step);
      if (!promote) return;
      const Trial& parent = history.trial(promote->parent);
      EXPECT_EQ(parent.state, TrialState::kFinished);
      if (promote->tag.repeat > 0) {
        EXPECT_EQ(parent.rung, promote->rung);
      } else {
        EXPECT_LT(parent.rung, promote->rung);
      }
    });
  }
}

TEST_P(ScheduleSuite, TriesNoPointTwiceAtARungUnlessItIsARepetition) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const History history = play(study(60), 3, seed, 0.2, kNoCheck);
    std::set<std::pair<int, int>> tried;  // first ancestor and rung
    std::set<std::pair<int, int>> repeats;
    for (const Trial& trial : history.trials()) {
      int ancestor = trial.number;
      while (history.trial(ancestor).parent) ancestor = *history.trial(ancestor).parent;
      if (trial.tag.repeat > 0) {
        EXPECT_TRUE(repeats.insert({*trial.parent, trial.tag.repeat}).second);
      } else {
        EXPECT_TRUE(tried.insert({ancestor, trial.rung}).second) << "seed " << seed << " trial " << trial.number;
      }
    }
  }
}

TEST_P(ScheduleSuite, GivesTheSameStepForTheSameHistory) {
  const Study s = study(60);
  const auto other = make_schedule(s);
  play(s, 3, 1, 0.2, [&](const History& history, const Step& step) {
    const Step again = other->next(history);
    ASSERT_EQ(step.index(), again.index());
    if (const auto* promote = std::get_if<Promote>(&step)) {
      EXPECT_EQ(promote->parent, std::get<Promote>(again).parent);
      EXPECT_EQ(promote->rung, std::get<Promote>(again).rung);
      EXPECT_EQ(promote->tag, std::get<Promote>(again).tag);
    }
    if (const auto* start = std::get_if<Start>(&step)) {
      EXPECT_EQ(start->rung, std::get<Start>(again).rung);
      EXPECT_EQ(start->box.sides, std::get<Start>(again).box.sides);
    }
  });
}

TEST_P(ScheduleSuite, ALargerBudgetGoesOnWhereItStopped) {
  const History first = play(study(40), 2, 3, 0.1, kNoCheck);
  const Study more = study(60);
  const auto schedule = make_schedule(more);
  History history(std::make_shared<const Study>(more));
  for (const Trial& trial : first.trials()) history.set_trial(trial);
  for (int rung = 0; rung <= more.top(); ++rung) {
    if (first.first_box(rung)) history.add_box(rung, *first.first_box(rung));
  }
  EXPECT_FALSE(std::holds_alternative<Finish>(schedule->next(history)));
  EXPECT_FALSE(std::holds_alternative<Wait>(schedule->next(history)));
}

TEST_P(ScheduleSuite, EndsWhenItsTimeIsUp) {
  Study s = study(1);
  s.budget = {{}, 100.0};
  const auto schedule = make_schedule(s);
  History history(std::make_shared<const Study>(s));
  EXPECT_FALSE(std::holds_alternative<Finish>(schedule->next(history)));
  history.set_elapsed_seconds(100);
  EXPECT_TRUE(std::holds_alternative<Finish>(schedule->next(history)));
}

INSTANTIATE_TEST_SUITE_P(All, ScheduleSuite, testing::ValuesIn(kSchedules),
                         [](const auto& param) { return std::string(param.param().name); });

}  // namespace
}  // namespace crescendo
