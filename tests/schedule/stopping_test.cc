#include "schedule/stopping.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "crescendo/schedule.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

Trial with_curve(int number, std::vector<double> curve, TrialState state = TrialState::kRunning) {
  Trial trial;
  trial.number = number;
  trial.state = state;
  trial.loss = curve.back();
  trial.curve = std::move(curve);
  return trial;
}

History empty_history() { return History(std::make_shared<const Study>(small_study(60, 1, "flat"))); }

// Five in full whose second losses are 0.1, 0.2, ..., 0.5.
History with_five() {
  History history = empty_history();
  for (int i = 0; i < 5; ++i) {
    history.set_trial(with_curve(i, {0.9, 0.1 * (i + 1), 0.05}, TrialState::kFinished));
  }
  return history;
}

TEST(MedianStopping, EndsATrialWhoseBestLossIsWorseThanTheMedianThen) {
  const StoppingRule rule({"median", 5});
  History history = with_five();
  history.set_trial(with_curve(5, {0.9, 0.31}));
  EXPECT_FALSE(rule.keep_going(history, 5));
  history.set_trial(with_curve(6, {0.9, 0.30}));
  EXPECT_TRUE(rule.keep_going(history, 6));
  history.set_trial(with_curve(7, {0.2, 0.8}));
  EXPECT_TRUE(rule.keep_going(history, 7)) << "its best loss so far counts";
}

TEST(MedianStopping, TheMedianOfAnEvenNumberLiesBetween) {
  const StoppingRule rule({"median", 5});
  History history = with_five();
  history.set_trial(with_curve(5, {0.9, 0.6, 0.05}, TrialState::kFinished));
  history.set_trial(with_curve(6, {0.9, 0.34}));
  EXPECT_TRUE(rule.keep_going(history, 6)) << "0.35 lies between 0.3 and 0.4";
  history.set_trial(with_curve(7, {0.9, 0.36}));
  EXPECT_FALSE(rule.keep_going(history, 7));
}

TEST(MedianStopping, ATrialThatBeganFromWeightsIsComparedWithItsLikeAlone) {
  const StoppingRule rule({"median", 5}), curve({"curve", 5});
  History history = with_five();
  Trial warm = with_curve(5, {0.9, 0.9, 0.9, 0.9, 0.9});
  warm.tag.warm = 1;
  history.set_trial(warm);
  EXPECT_TRUE(rule.keep_going(history, 5)) << "the five others are none";
  for (int i = 6; i < 11; ++i) {
    Trial like = with_curve(i, std::vector<double>(20, 0.8), TrialState::kFinished);
    like.tag.warm = 1;
    history.set_trial(like);
  }
  EXPECT_FALSE(rule.keep_going(history, 5));
  EXPECT_FALSE(curve.keep_going(history, 5));
  Trial cold = with_curve(11, {0.9, 0.35});
  history.set_trial(cold);
  EXPECT_FALSE(rule.keep_going(history, 11)) << "the median of the cold five is 0.3";
}

TEST(MedianStopping, NeedsTrialsInFullAndCountsNoOthers) {
  const StoppingRule rule({"median", 6});
  History history = with_five();
  Trial pruned = with_curve(5, {0.9, 0.0}, TrialState::kFinished);
  pruned.stopped_early = true;
  history.set_trial(pruned);
  history.set_trial(with_curve(6, {0.9, 0.9}));
  EXPECT_TRUE(rule.keep_going(history, 6)) << "five of six";
  EXPECT_FALSE(StoppingRule({"median", 5}).keep_going(history, 6));
  EXPECT_TRUE(StoppingRule({"none", 5}).keep_going(history, 6));
  Trial repeat = with_curve(7, {0.9, 0.9});
  repeat.parent = 0;
  repeat.tag.repeat = 1;
  history.set_trial(repeat);
  EXPECT_TRUE(StoppingRule({"median", 5}).keep_going(history, 7)) << "a repetition is wanted in full";
}

TEST(MedianStopping, LetsATrialEndThatHasMadeItsLastReport) {
  History history = with_five();
  history.set_trial(with_curve(5, {0.9, 0.9, 0.9}));
  EXPECT_TRUE(StoppingRule({"median", 5}).keep_going(history, 5)) << "it was executed in full";
}

TEST(Stopping, RefusesARuleThatItDoesNotKnow) {
  EXPECT_THROW(StoppingRule({"mode", 5}), Error);
  Study study = small_study(10, 3, "ramp");
  study.schedule.options["stopping"] = "mode";
  EXPECT_THROW(make_schedule(study), Error);
}

std::vector<double> power_law(double a, double b, double c, int length, double noise = 0, std::uint64_t seed = 0) {
  Rng rng(seed);
  std::vector<double> curve;
  for (int t = 1; t <= length; ++t) curve.push_back(a + b * std::pow(t, -c) + noise * (rng.uniform() - 0.5));
  return curve;
}

TEST(CurveStopping, FindsTheEndOfAPowerLaw) {
  for (const double c : {0.5, 1.0, 2.0}) {
    EXPECT_NEAR(optimistic_end(power_law(0.1, 0.8, c, 10), 100), 0.1 + 0.8 * std::pow(100, -c), 1e-6) << c;
  }
}

TEST(CurveStopping, IsOptimisticWhereTheCurveIsNoisy) {
  int above = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    above += optimistic_end(power_law(0.1, 0.8, 0.8, 15, 0.05, seed), 60) > 0.1 + 0.8 * std::pow(60, -0.8);
  }
  EXPECT_LE(above, 10) << "of 200: one in twenty would give up a curve that gets there";
}

TEST(CurveStopping, NeverPromisesLessThanWhatIsThere) {
  EXPECT_LE(optimistic_end(std::vector<double>{0.2, 0.5, 0.6, 0.7, 0.8}, 50), 0.2);
}

TEST(CurveStopping, EndsWhatCannotReachTheBestAndLetsTheRestGoOn) {
  const StoppingRule rule({"curve", 5});
  History history = empty_history();
  for (int i = 0; i < 5; ++i) {
    history.set_trial(with_curve(i, power_law(0.1 + 0.05 * i, 0.8, 1, 40), TrialState::kFinished));
  }
  history.set_trial(with_curve(5, power_law(0.3, 0.8, 1, 12)));
  EXPECT_FALSE(rule.keep_going(history, 5));
  history.set_trial(with_curve(6, power_law(0.05, 0.8, 1, 12)));
  EXPECT_TRUE(rule.keep_going(history, 6));
  history.set_trial(with_curve(7, power_law(0.3, 0.8, 1, 9)));
  EXPECT_TRUE(rule.keep_going(history, 7)) << "a quarter of its length has not passed";
  history.set_trial(with_curve(8, power_law(0.3, 0.8, 1, 40)));
  EXPECT_TRUE(rule.keep_going(history, 8)) << "nothing is left to save";
}

}  // namespace
}  // namespace crescendo
