#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

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

TEST(Narrow, KeepsTheRangeOfTheBestQuarterWithAMarginAndSaysWhy) {
  const Study study = small_study(60);
  const Box box = narrowed_box(after_first_rung(study), 0, 1, {});
  const Box::Side& rate = box.sides[0];
  // 1e-3..1.47e-3 is 0.333..0.389 of the log range; with 0.1 on each side 0.233..0.489: wider than the least width.
  EXPECT_NEAR(rate.low, 1e-4 * std::pow(1000, 1.0 / 3 - 0.1), 1e-5);
  EXPECT_NEAR(rate.high, 1e-4 * std::pow(1000, std::log(14.6667) / std::log(1000) + 0.1), 2e-5);
  EXPECT_NE(box.reason.find("rate 0.0001..0.1 -> "), std::string::npos) << box.reason;
  EXPECT_NE(box.reason.find("the best 8 of 30 points"), std::string::npos) << box.reason;
}

TEST(Narrow, NeverBelowTheLeastWidthAndNeverLayers) {
  const Study study = small_study(60);
  NarrowOptions options;
  options.margin = 0;
  options.least = 0.5;
  const Box box = narrowed_box(after_first_rung(study), 0, 1, options);
  const Box::Side& rate = box.sides[0];
  EXPECT_NEAR(std::log(rate.high / rate.low) / std::log(1000), 0.5, 1e-6);
  EXPECT_EQ(box.sides[1], whole(study.space).sides[1]);
}

TEST(Narrow, KeepsEverythingWhenTooFewPointsFinished) {
  const Study study = small_study(60);
  History history(std::make_shared<const Study>(study));
  history.set_trial(ended(0, 0, 0.1, point_with(0.01)));
  history.set_trial(ended(1, 0, 0.1, point_with(0.01)));
  EXPECT_EQ(narrowed_box(history, 0, 1, {}).sides, whole(study.space).sides);
}

TEST(Narrow, DropsACategoryOnlyWithEvidence) {
  const Study study = small_study(60);
  const auto box_after = [&](int points) {
    History history(std::make_shared<const Study>(study));
    for (int number = 0; number < points; ++number) {
      history.set_trial(ended(number, 0, 0.1, point_with(0.01, number % 2)));  // kinds 0 and 1 of five
    }
    NarrowOptions all;
    all.quantile = 1;
    return narrowed_box(history, 0, 1, all);
  };
  EXPECT_EQ(box_after(14).sides[3].choices.size(), 5u);
  EXPECT_EQ(box_after(15).sides[3].choices, (std::vector<int>{0, 1}));
}

TEST(Narrow, RespectsTheRungsOwnLimits) {
  Study study = small_study(60);
  study.ladder[1].limits["layers"] = {1, 2};
  const Box box = narrowed_box(after_first_rung(study), 0, 1, {});
  EXPECT_EQ(box.sides[1].high, 2);
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
