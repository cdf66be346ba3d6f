#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "crescendo/error.h"
#include "crescendo/schedule.h"
#include "schedule/budget.h"
#include "schedule/narrow.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

// rate, layers, units, kind, size, drop, deep
Point point_with(double rate, double kind = 1) { return {{rate, 1, kInactive, kind, kInactive, 0.1, kInactive}}; }

Trial ended(int number, int rung, double loss, Point point) {
  Trial trial;
  trial.number = number;
  trial.rung = rung;
  trial.state = TrialState::kFinished;
  trial.loss = loss;
  trial.seconds = 2;
  trial.point = std::move(point);
  return trial;
}

History after_first_rung(const Study& study) {
  History history(std::make_shared<const Study>(study));
  history.add_box(0, whole(study.space));
  for (int number = 0; number < ladder_allowance(study, 0).trials; ++number) {
    // The best quarter has rates of 1e-3 to 2e-3.
    const double rate = number % 4 == 0 ? 1e-3 * (1 + number / 60.0) : 0.05;
    history.set_trial(ended(number, 0, number % 4 == 0 ? 0.1 + 0.001 * number : 0.5, point_with(rate)));
  }
  return history;
}

TEST(Budget, SharesOfTheRungsAreThoseOfThePaper) {
  const Study study = small_study(1500);
  EXPECT_EQ(ladder_allowance(study, 0).trials, 750);
  EXPECT_EQ(ladder_allowance(study, 1).trials, 500);
  EXPECT_EQ(ladder_allowance(study, 2).trials, 250);
}

TEST(Budget, EveryRungHasATrialAsLongAsThereAreEnough) {
  for (int trials = 3; trials < 9; ++trials) {
    const Study study = small_study(trials);
    int all = 0;
    for (int rung = 0; rung < 3; ++rung) {
      EXPECT_GE(ladder_allowance(study, rung).trials, 1) << trials;
      all += ladder_allowance(study, rung).trials;
    }
    EXPECT_EQ(all, trials);
  }
}

TEST(Budget, TimeIsSharedLikeTrials) {
  Study study = small_study(1);
  study.budget = {{}, 60.0};
  History history(std::make_shared<const Study>(study));
  history.set_elapsed_seconds(29);
  EXPECT_GT(trials_left(history, 0, ladder_allowance(study, 0)), 0);
  history.set_elapsed_seconds(30);
  EXPECT_EQ(trials_left(history, 0, ladder_allowance(study, 0)), 0);
  EXPECT_GT(trials_left(history, 1, ladder_allowance(study, 1)), 0);
  history.set_elapsed_seconds(50);
  EXPECT_EQ(trials_left(history, 1, ladder_allowance(study, 1)), 0);
  EXPECT_GT(trials_left(history, 2, ladder_allowance(study, 2)), 0);
}

TEST(Ramp, TriesTheBestQuarterAgainFirstInTheirOrder) {
  const Study study = small_study(60);
  const auto ramp = make_schedule(study);
  History history = after_first_rung(study);
  std::vector<int> promoted;
  for (int i = 0; i < 20; ++i) {
    const Step step = ramp->next(history);
    Trial trial = ended(static_cast<int>(history.trials().size()), 1, 0.3, point_with(0.01));
    if (const auto* promote = std::get_if<Promote>(&step)) {
      EXPECT_EQ(promote->rung, 1);
      promoted.push_back(promote->parent);
      trial.parent = promote->parent;
    } else {
      history.add_box(1, std::get<Start>(step).box);
    }
    history.set_trial(trial);
  }
  EXPECT_EQ(promoted, (std::vector<int>{0, 4, 8, 12, 16, 20, 24, 28}));
}

TEST(Ramp, WaitsForTheRungBelowToEnd) {
  const Study study = small_study(60);
  const auto ramp = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 30; ++number) {
    Trial trial = ended(number, 0, 0.1, point_with(0.01));
    if (number == 29) trial.state = TrialState::kRunning;
    history.set_trial(trial);
  }
  EXPECT_TRUE(std::holds_alternative<Wait>(ramp->next(history)));
  history.set_trial(ended(29, 0, 0.1, point_with(0.01)));
  EXPECT_TRUE(std::holds_alternative<Promote>(ramp->next(history)));
}

TEST(Ramp, ARungThatTimeSkippedHidesNothingOfTheOneBelow) {
  Study study = small_study(60);
  study.budget.seconds = 100;
  const auto ramp = make_schedule(study);
  History history = after_first_rung(study);
  history.set_budget(study.budget);
  history.set_elapsed_seconds(90);  // the second rung's time ended at 83
  const Step step = ramp->next(history);
  ASSERT_TRUE(std::holds_alternative<Promote>(step));
  EXPECT_EQ(std::get<Promote>(step).rung, 2);
  EXPECT_EQ(std::get<Promote>(step).parent, 0);
}

TEST(Ramp, PromotionsTakeNoMoreThanHalfOfARungsTime) {
  Study study = small_study(400);  // so many cheap trials that a quarter of them would fill the rung
  const auto ramp = make_schedule(study);
  History history = after_first_rung(study);
  study.budget = {};
  study.budget.seconds = 60;  // the second rung has those from 30 to 50
  history.set_budget(study.budget);
  int promoted = 0;
  double elapsed = 30;
  for (; elapsed < 50; elapsed += 2) {
    history.set_elapsed_seconds(elapsed);
    const Step step = ramp->next(history);
    if (!std::holds_alternative<Promote>(step)) break;
    Trial trial = ended(static_cast<int>(history.trials().size()), 1, 0.3, point_with(0.01));
    trial.parent = std::get<Promote>(step).parent;
    trial.elapsed_seconds = elapsed;
    history.set_trial(trial);
    ++promoted;
  }
  EXPECT_EQ(promoted, 5);
  EXPECT_EQ(elapsed, 40);
  EXPECT_TRUE(std::holds_alternative<Start>(ramp->next(history)));
}

TEST(Ramp, PromotesThreeHoweverLittleARungMayUse) {
  Study study = small_study(24);  // 12, 8, 4
  study.schedule.options["repeats"] = 0.0;
  const auto ramp = make_schedule(study);
  History history = after_first_rung(study);
  for (int i = 0; i < 8; ++i) history.set_trial(ended(12 + i, 1, 0.3 + 0.01 * i, point_with(0.01)));
  for (int i = 0; i < 4; ++i) {
    const Step step = ramp->next(history);
    Trial trial = ended(20 + i, 2, 0.2, point_with(0.01));
    if (const auto* promote = std::get_if<Promote>(&step)) trial.parent = promote->parent;
    EXPECT_EQ(trial.parent.has_value(), i < 3) << i;
    history.set_trial(trial);
  }
}

TEST(Ramp, NeverPromotesAFailedTrial) {
  const Study study = small_study(60);
  const auto ramp = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 30; ++number) {
    Trial trial = ended(number, 0, 0.1, point_with(0.01));
    trial.state = TrialState::kFailed;
    history.set_trial(trial);
  }
  EXPECT_TRUE(std::holds_alternative<Start>(ramp->next(history)));
}

// Ramp with these options over the first rung's trials, of which 30 of 60 were those of the first rung.
Study ramp_study(std::map<std::string, std::variant<bool, double, std::string>> options, int trials = 60) {
  Study study = small_study(trials);
  study.schedule.options = std::move(options);
  return study;
}

// What the second rung's first `count` trials are.
std::vector<Step> second_rung(const Study& study, int count) {
  const auto ramp = make_schedule(study);
  History history = after_first_rung(study);
  std::vector<Step> steps;
  for (int i = 0; i < count; ++i) {
    steps.push_back(ramp->next(history));
    Trial trial = ended(static_cast<int>(history.trials().size()), 1, 0.3, point_with(0.01));
    if (const auto* promote = std::get_if<Promote>(&steps.back())) {
      trial.parent = promote->parent;
      trial.tag = promote->tag;
    } else {
      const auto& start = std::get<Start>(steps.back());
      if (!history.find_box(1, start.box)) history.add_box(1, start.box);
      trial.box = history.find_box(1, start.box);
      trial.tag = start.tag;
    }
    history.set_trial(trial);
  }
  return steps;
}

TEST(Ramp, CrossChoosesWhatCrosses) {
  const Box rung_box = small_study(60).rung_box(1);
  for (const std::string cross : {"none", "points", "narrow", "model", "points+weights", "points+narrow+model"}) {
    const Study study = ramp_study({{"cross", cross}});
    const auto has = [&](const char* part) { return cross.find(part) != std::string::npos; };
    const std::vector<Step> steps = second_rung(study, 20);
    int promoted = 0, started = 0;
    for (const Step& step : steps) {
      if (const auto* promote = std::get_if<Promote>(&step)) {
        ++promoted;
        EXPECT_EQ(promote->tag.warm == 1, has("weights")) << cross;
        continue;
      }
      const auto& start = std::get<Start>(step);
      EXPECT_EQ(start.tag.alone == 1, !has("model")) << cross;
      EXPECT_TRUE(started++ > 0 || (start.box.sides != rung_box.sides) == has("narrow")) << cross;
    }
    EXPECT_EQ(promoted, has("points") ? 8 : 0) << cross;
    EXPECT_EQ(make_schedule(study)->carries_weights(), has("weights")) << cross;
  }
}

TEST(Ramp, RefusesToCrossWhatThereIsNot) {
  for (const char* cross : {"", "point", "points+", "points+none", "+", "narrow+weights"}) {
    EXPECT_THROW(make_schedule(ramp_study({{"cross", cross}})), Error) << cross;
  }
  try {
    make_schedule(ramp_study({{"cross", "all"}}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(
        error.what(),
        "schedule ramp: cross must be none, or some of points, narrow, model and weights joined by +, not 'all'");
  }
}

TEST(Ramp, AStudyThatIsOlderThanCrossIsUnderstood) {
  const auto sides_at = [](const Study& study) { return std::get<Start>(second_rung(study, 9).back()).box.sides; };
  EXPECT_EQ(sides_at(ramp_study({{"narrow", false}})), sides_at(ramp_study({{"cross", "points+model"}})));
  EXPECT_EQ(sides_at(ramp_study({{"narrow", true}})), sides_at(ramp_study({})));
  EXPECT_NE(sides_at(ramp_study({{"narrow", true}})), sides_at(ramp_study({{"narrow", false}})));
}

TEST(Ramp, AShareOfARungsProposalsMayFallAnywhere) {
  const Study study = ramp_study({{"cross", "narrow"}, {"explore", 0.2}});
  const std::vector<Step> steps = second_rung(study, 20);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Box& box = std::get<Start>(steps[i]).box;
    EXPECT_EQ(box.sides == study.rung_box(1).sides, i % 5 == 4) << i;
    EXPECT_FALSE(box.reason.empty());
  }
  EXPECT_EQ(std::get<Start>(steps[4]).box.reason,
            "the whole range for 20 % of the points, in case the narrowing was wrong");
}

TEST(Ramp, APromotedPointKeepsItsDepthAndTheRungAboveHasMore) {
  Study study = small_study(60);
  study.ladder[0].limits["layers"] = {1, 2};
  const auto ramp = make_schedule(study);
  const History history = after_first_rung(study);
  const auto promote = std::get<Promote>(ramp->next(history));
  EXPECT_EQ(history.trial(promote.parent).point->values[1], 1);
  EXPECT_EQ(study.rung_box(0).sides[1].high, 2);
  EXPECT_EQ(narrowed_box(history, 0, 1, {}).sides[1].high, 3);
}

// The first rung's 30 trials claimed, number 29 of them running.
History waiting(const Study& study) {
  History history(std::make_shared<const Study>(study));
  history.add_box(0, whole(study.space));
  for (int number = 0; number < 30; ++number) {
    Trial trial = ended(number, 0, 0.1 + 0.001 * number, point_with(0.01));
    if (number == 29) trial.state = TrialState::kRunning;
    history.set_trial(trial);
  }
  return history;
}

TEST(Ramp, FillStartsPointsBelowInsteadOfWaitingAndNothingWaitsForThem) {
  const Study study = ramp_study({{"fill", true}});
  const auto ramp = make_schedule(study);
  History history = waiting(study);
  int fills = 0;
  Step step = ramp->next(history);
  for (; std::holds_alternative<Start>(step); step = ramp->next(history)) {
    const auto& start = std::get<Start>(step);
    EXPECT_EQ(start.rung, 0);
    EXPECT_EQ(start.tag.fill, 1);
    Trial trial = ended(30 + fills++, 0, 0.01, point_with(0.01));
    trial.tag = start.tag;
    trial.box = 0;
    if (fills == 1) trial.state = TrialState::kRunning;
    history.set_trial(trial);
  }
  EXPECT_TRUE(std::holds_alternative<Wait>(step)) << "the second rung keeps what will be promoted to it";
  EXPECT_EQ(fills, 10) << "20 trials at the next rung, a quarter of 39 finished ones to be promoted";
  history.set_trial(ended(29, 0, 0.5, point_with(0.01)));
  const Step next = ramp->next(history);
  ASSERT_TRUE(std::holds_alternative<Promote>(next)) << "a fill still runs";
  EXPECT_GT(std::get<Promote>(next).parent, 30) << "those that filled the wait are promoted too";
}

TEST(Ramp, WithoutFillItWaits) {
  const Study study = small_study(60);
  EXPECT_TRUE(std::holds_alternative<Wait>(make_schedule(study)->next(waiting(study))));
}

TEST(Ramp, DoesNotFinishWhileAFillRuns) {
  const Study study = ramp_study({{"fill", true}, {"repeats", 0.0}}, 3);
  const auto ramp = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  Trial fill = ended(0, 0, 0, point_with(0.01));
  fill.state = TrialState::kRunning;
  fill.tag.fill = 1;
  history.set_trial(fill);
  history.set_trial(ended(1, 1, 0.1, point_with(0.01)));
  history.set_trial(ended(2, 2, 0.1, point_with(0.01)));
  EXPECT_TRUE(std::holds_alternative<Wait>(ramp->next(history)));
  fill.state = TrialState::kFinished;
  history.set_trial(fill);
  EXPECT_TRUE(std::holds_alternative<Finish>(ramp->next(history)));
}

TEST(Finals, RepeatTheThreeLeadersTwiceWithinTheBudget) {
  Study study = small_study(10, 1, "flat");
  const auto flat = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  std::vector<std::pair<int, int>> repeats;
  for (int number = 0; number < 10; ++number) {
    const Step step = flat->next(history);
    Trial trial = ended(number, 0, 0.1 * ((number * 7) % 4), point_with(0.01));
    if (const auto* promote = std::get_if<Promote>(&step)) {
      trial.parent = promote->parent;
      trial.tag = promote->tag;
      repeats.push_back({promote->parent, promote->tag.repeat});
    }
    history.set_trial(trial);
  }
  // Losses of the four first executions: 0, 0.3, 0.2, 0.1.
  EXPECT_EQ(repeats, (std::vector<std::pair<int, int>>{{0, 1}, {3, 1}, {2, 1}, {0, 2}, {3, 2}, {2, 2}}));
  EXPECT_TRUE(std::holds_alternative<Finish>(flat->next(history)));
}

TEST(Finals, WaitWhileALeaderMayStillAppear) {
  Study study = small_study(10, 1, "flat");
  const auto flat = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 4; ++number) {
    Trial trial = ended(number, 0, 0.1, point_with(0.01));
    if (number == 3) trial.state = TrialState::kRunning;
    history.set_trial(trial);
  }
  EXPECT_TRUE(std::holds_alternative<Wait>(flat->next(history)));
}

TEST(Finals, WithABudgetOfTimeBeginWhenTheRestIsJustEnough) {
  Study study = small_study(1, 1, "flat");
  study.budget = {{}, 100.0};
  const auto flat = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 5; ++number) history.set_trial(ended(number, 0, 0.1, point_with(0.01)));
  history.set_elapsed_seconds(87);  // six repetitions of two seconds on one worker need 12
  EXPECT_TRUE(std::holds_alternative<Start>(flat->next(history)));
  history.set_elapsed_seconds(88);
  EXPECT_TRUE(std::holds_alternative<Promote>(flat->next(history)));
}

TEST(Finals, OnceBegunGoOnAndDoNotCountWhatTheBudgetCutOff) {
  Study study = small_study(1, 1, "flat");
  study.budget = {{}, 100.0};
  const auto flat = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 5; ++number) history.set_trial(ended(number, 0, 0.1 + 0.01 * number, point_with(0.01)));
  history.set_elapsed_seconds(88);
  Trial repeat = ended(5, 0, 0.12, point_with(0.01));
  repeat.parent = 0;
  repeat.tag.repeat = 1;
  history.set_trial(repeat);
  history.set_elapsed_seconds(89.9);  // a little sooner than expected: five repetitions need 10 s, 10.1 s are left
  const Step next = flat->next(history);
  ASSERT_TRUE(std::holds_alternative<Promote>(next));
  EXPECT_EQ(std::get<Promote>(next).parent, 1);
  Trial cut = ended(6, 0, 0.9, point_with(0.01));
  cut.parent = 1;
  cut.tag.repeat = 1;
  cut.stopped_early = true;
  history.set_trial(cut);
  EXPECT_EQ(std::get<Promote>(flat->next(history)).parent, 1) << "the one that was cut off is still missing";
}

}  // namespace
}  // namespace crescendo
