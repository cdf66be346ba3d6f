#include <gtest/gtest.h>

#include <map>

#include "base/options.h"
#include "schedule/brackets.h"
#include "schedule/budget.h"
#include "tests/play_schedule.h"

namespace crescendo {
namespace {

Study halving_study(int trials, Options options = {}) {
  Study study = small_study(trials, 3);
  study.schedule = {"halving", std::move(options)};
  return study;
}

// Trials of each bracket at each rung.
std::map<int, std::vector<int>> counts(const History& history) {
  std::map<int, std::vector<int>> found;
  for (const Trial& trial : history.trials()) {
    std::vector<int>& rungs = found.try_emplace(trial.tag.bracket, 3, 0).first->second;
    ++rungs[static_cast<std::size_t>(trial.rung)];
  }
  return found;
}

TEST(Halving, KeepsAThirdAtEachRungButNeverNone) {
  EXPECT_EQ(bracket_plan(0, 4, 100, 3).sizes, (std::vector<int>{100, 33, 11, 3, 1}));
  EXPECT_EQ(bracket_plan(1, 3, 2, 3).sizes, (std::vector<int>{2, 1, 1}));
}

TEST(Halving, TheFirstBracketIsAsLargeAsTheBudgetPaysFor) {
  // 28 + 9 + 3 = 40; with 29 at the first rung it would be 41.
  EXPECT_EQ(counts(play(halving_study(40), {4, 1}, kNoCheck)), (std::map<int, std::vector<int>>{{0, {28, 9, 3}}}));
  // What a bracket leaves goes to the next.
  EXPECT_EQ(counts(play(halving_study(42), {4, 1}, kNoCheck)),
            (std::map<int, std::vector<int>>{{0, {29, 9, 3}}, {1, {1, 0, 0}}}));
}

TEST(Halving, WhatFailedTrialsLeaveOfTheBudgetIsPlannedAnew) {
  EXPECT_EQ(counts(play(halving_study(40), {4, 1, 1.0}, kNoCheck)),
            (std::map<int, std::vector<int>>{
                {0, {28, 0, 0}}, {1, {8, 0, 0}}, {2, {2, 0, 0}}, {3, {1, 0, 0}}, {4, {1, 0, 0}}}));
}

TEST(Halving, AnotherBracketBeginsWhenOneIsThrough) {
  const History history = play(halving_study(30, {{"n", 9.0}}), {3, 1}, kNoCheck);
  EXPECT_EQ(counts(history), (std::map<int, std::vector<int>>{{0, {9, 3, 1}}, {1, {9, 3, 1}}, {2, {4, 0, 0}}}));
}

TEST(Halving, ARungBeginsWhenAllOfTheOneBelowHaveEnded) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    play(halving_study(80, {{"n", 9.0}}), {4, seed, 0.2, 0.1, 0.1}, [](const History& history, const Step& step) {
      if (const auto* promote = std::get_if<Promote>(&step)) {
        EXPECT_EQ(history.running(promote->rung - 1), 0);
      }
    });
  }
}

TEST(Halving, FillsTheWaitWithFurtherPointsThatCompete) {
  int filled = 0, promoted = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const History history = play(halving_study(80, {{"n", 9.0}, {"fill", true}}), {6, seed, 0, 0, 0.2},
                                 [](const History& seen, const Step& step) {
                                   // What the bracket needs at its upper rungs, 3 and 1, is kept for it.
                                   if (std::holds_alternative<Wait>(step)) {
                                     EXPECT_LE(trials_left(seen), 4);
                                   }
                                 });
    for (const Trial& trial : history.trials()) {
      if (trial.tag.slot >= 0) continue;
      ++filled;
      promoted += !history.children(trial.number).empty();
    }
    for (const auto& [bracket, rungs] : counts(history)) EXPECT_GE(rungs[0], bracket == 0 ? 9 : 0);
  }
  EXPECT_GT(filled, 20);
  EXPECT_GT(promoted, 0);
}

TEST(Halving, FillingTakesNothingFromWhatTheBracketStillNeeds) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const History history = play(halving_study(20, {{"n", 9.0}, {"fill", true}}), {12, seed, 0, 0, 0.3}, kNoCheck);
    const std::vector<int> rungs = counts(history)[0];
    EXPECT_GE(rungs[0], 9);
    EXPECT_GE(rungs[1], 3);
    EXPECT_GE(rungs[2], 1);
  }
}

TEST(Halving, WithoutFillItWaits) {
  const Study study = halving_study(80, {{"n", 3.0}});
  const auto schedule = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int i = 0; i < 3; ++i) claim(history, schedule->next(history), std::vector<double>(7, 0.5));
  EXPECT_TRUE(std::holds_alternative<Wait>(schedule->next(history)));
  const auto filling = make_schedule(halving_study(80, {{"n", 3.0}, {"fill", true}}));
  const Step step = filling->next(history);
  ASSERT_TRUE(std::holds_alternative<Start>(step));
  EXPECT_EQ(std::get<Start>(step).rung, 0);
  EXPECT_EQ(std::get<Start>(step).tag.bracket, 0);
  EXPECT_EQ(std::get<Start>(step).tag.slot, -1);
}

TEST(Halving, TrialsThatFilledAWaitDoNotHoldUpTheRung) {
  const Study study = halving_study(80, {{"n", 3.0}, {"fill", true}});
  const auto schedule = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int i = 0; i < 4; ++i) claim(history, schedule->next(history), std::vector<double>(7, 0.5));
  const auto end = [&](int number, double loss, bool pruned = false) {
    Trial trial = history.trial(number);
    trial.state = TrialState::kFinished;
    trial.loss = loss;
    trial.stopped_early = pruned;
    history.set_trial(trial);
  };
  end(0, 0.3);
  end(1, 0.1, true);  // stopped early, so it may not go on
  end(2, 0.2);
  const Step step = schedule->next(history);
  ASSERT_TRUE(std::holds_alternative<Promote>(step));
  EXPECT_EQ(std::get<Promote>(step).parent, 2);
  end(3, 0.0);
  EXPECT_EQ(std::get<Promote>(schedule->next(history)).parent, 3);
}

}  // namespace
}  // namespace crescendo
