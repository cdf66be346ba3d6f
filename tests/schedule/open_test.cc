#include <gtest/gtest.h>

#include <functional>

#include "base/options.h"
#include "crescendo/error.h"
#include "schedule/finals.h"
#include "tests/play_schedule.h"

namespace crescendo {
namespace {

const Options kNoFinals = {{"repeats", 0.0}};

Study open_study(int trials, Options options = kNoFinals, int rungs = 3) {
  Study study = small_study(trials, rungs, "open");
  study.schedule.options = std::move(options);
  return study;
}

bool settles(const Step& step) {
  const auto* start = std::get_if<Start>(&step);
  return start && start->rung && start->tag.settle == 1;
}

bool is_open(const Step& step) {
  const auto* start = std::get_if<Start>(&step);
  return start && !start->rung;
}

// A history whose trials so far ended at these rungs, each after so many seconds.
History after(const Study& study, const std::vector<int>& rungs, double seconds = 1) {
  History history(std::make_shared<const Study>(study));
  for (const int rung : rungs) {
    Trial trial;
    trial.number = static_cast<int>(history.trials().size());
    trial.rung = rung;
    trial.state = TrialState::kFinished;
    trial.loss = trial.number;
    trial.point = Point{{0.01, 1, kInactive, 1, kInactive, 0.1, kInactive}};
    trial.seconds = trial.cpu_seconds = seconds;
    history.set_trial(trial);
  }
  return history;
}

TEST(Open, LeavesTheRungToTheSamplerUntilATenthOfTheTrialsIsLeft) {
  const Study study = open_study(40);
  int number = 0, top = 0;
  play(study, {1, 5}, [&](const History& history, const Step& step) {
    if (std::holds_alternative<Finish>(step)) return;
    number = static_cast<int>(history.trials().size());
    EXPECT_EQ(is_open(step), number < 36) << number;
    EXPECT_EQ(settles(step), number >= 36) << number;
    EXPECT_EQ(std::get<Start>(step).box.sides, study.rung_box(2).sides);
    top += settles(step);
  });
  EXPECT_EQ(number, 39);
  EXPECT_EQ(top, 4);
}

TEST(Open, AStudyOfFewTrialsStillEndsAtTheTop) {
  for (const int trials : {1, 2, 5}) {
    const History history = play(open_study(trials), {1, 3}, kNoCheck);
    EXPECT_EQ(history.trials().back().rung, 2);
    EXPECT_EQ(history.trials().back().tag.settle, 1);
    EXPECT_EQ(history.trial(0).tag.settle == 1, trials == 1);
  }
}

TEST(Open, ATotalOfAFidelityIsKeptThoughAnOpenRungMayBecomeTheTop) {
  Study study = open_study(1);
  study.budget = {};
  study.budget.fidelity["epochs"] = 100;
  int settled = 0;
  const History history = play(study, {3, 4}, [&](const History& seen, const Step& step) {
    EXPECT_TRUE(!is_open(step) || seen.used("epochs") + 9 <= 100);
    settled += settles(step);
  });
  EXPECT_LE(history.used("epochs"), 100);
  EXPECT_GT(history.used("epochs"), 90);
  EXPECT_GE(settled, 1);
  EXPECT_LE(settled, 3);
}

TEST(Open, WithABudgetOfTimeItSettlesWhenTheRestIsATenthOrJustEnough) {
  Study study = open_study(1);
  const auto schedule = make_schedule(study);
  const auto step_after = [&](const Budget& budget, const std::vector<int>& rungs, double seconds, double elapsed) {
    study.budget = budget;
    History history = after(study, rungs, seconds);
    history.set_elapsed_seconds(elapsed);
    return schedule->next(history);
  };
  const Budget wall = {{}, 100.0};
  EXPECT_TRUE(is_open(step_after(wall, {0, 1}, 0.1, 89)));
  EXPECT_TRUE(settles(step_after(wall, {0, 1}, 0.1, 90)));
  // A trial at the top took 30 s; where none was, one takes 16 times what one at the lowest rung takes.
  EXPECT_TRUE(is_open(step_after(wall, {0, 2}, 30, 69)));
  EXPECT_TRUE(settles(step_after(wall, {0, 2}, 30, 70)));
  EXPECT_TRUE(is_open(step_after(wall, {0, 0}, 2, 67)));
  EXPECT_TRUE(settles(step_after(wall, {0, 0}, 2, 68)));
  EXPECT_TRUE(is_open(step_after(wall, {2}, 80, 49))) << "never more than half";
  Budget cpu;
  cpu.cpu_seconds = 100;
  EXPECT_TRUE(is_open(step_after(cpu, {0, 2}, 23, 1000)));
  EXPECT_TRUE(settles(step_after(cpu, {0, 0, 0, 2}, 20, 0)));
}

TEST(Open, ALeaderThatCameByEarlyIsNotRepeatedBeforeThePredictedBestIsExecuted) {
  Study study = open_study(20, {{"finalists", 1.0}, {"repeats", 2.0}, {"settle", 0.5}});
  const auto schedule = make_schedule(study);
  History history = after(study, {2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  EXPECT_TRUE(settles(schedule->next(history)));
  Trial settled = history.trial(0);
  settled.number = 18;
  settled.loss = -1;
  settled.tag.settle = 1;
  history.set_trial(settled);
  study.budget.trials = 21;
  history.set_budget(study.budget);
  const Step step = schedule->next(history);
  ASSERT_TRUE(std::holds_alternative<Promote>(step)) << "the finals";
  EXPECT_EQ(std::get<Promote>(step).parent, 18);
}

TEST(Open, APredictedBestThatFailedIsNoneThatWasExecuted) {
  Study study = open_study(20, {{"finalists", 1.0}, {"repeats", 2.0}, {"settle", 0.5}});
  const auto schedule = make_schedule(study);
  History history = after(study, {2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  Trial failed = history.trial(0);
  failed.number = 18;
  failed.state = TrialState::kFailed;
  failed.tag.settle = 1;
  history.set_trial(failed);
  study.budget.trials = 21;
  history.set_budget(study.budget);
  EXPECT_TRUE(settles(schedule->next(history)));
}

TEST(Open, ATargetOrPatienceAloneAreReachedBecauseOneTrialInTenSettles) {
  for (const bool patient : {false, true}) {
    Study study = open_study(1);
    study.budget = {};
    if (patient) study.budget.patience = 3;
    if (!patient) study.budget.target = -1;
    const auto schedule = make_schedule(study);
    // Patience ends after three trials at the top; these are all below.
    for (int trials = 0; trials < 30; ++trials) {
      const Step step = schedule->next(after(study, std::vector<int>(static_cast<std::size_t>(trials), 0)));
      EXPECT_EQ(settles(step), trials % 10 == 9) << trials;
      EXPECT_EQ(is_open(step), trials % 10 != 9) << trials;
    }
  }
  Study study = open_study(1);
  study.budget = {};
  study.budget.patience = 3;
  EXPECT_GE(play(study, {1, 2}, kNoCheck).at_rung(2).size(), 3u);
}

TEST(Open, RefusesAShareThatIsNone) {
  EXPECT_THROW(make_schedule(open_study(10, {{"settle", 0.0}})), Error);
  EXPECT_THROW(make_schedule(open_study(10, {{"settle", 1.5}})), Error);
}

}  // namespace
}  // namespace crescendo
