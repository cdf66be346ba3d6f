#include <gtest/gtest.h>

#include "base/options.h"
#include "crescendo/error.h"
#include "schedule/budget.h"
#include "tests/play_schedule.h"

namespace crescendo {
namespace {

Study asha_study(int trials, Options options = {}) {
  Study study = small_study(trials, 3);
  study.schedule = {"asha", std::move(options)};
  return study;
}

Trial ended(int number, int rung, double loss) {
  Trial trial;
  trial.number = number;
  trial.rung = rung;
  trial.state = TrialState::kFinished;
  trial.loss = loss;
  trial.point = Point{{0.01, 1, kInactive, 1, kInactive, 0.1, kInactive}};
  return trial;
}

TEST(Asha, PromotesTheBestThirdAsSoonAsThereIsOne) {
  const Study study = asha_study(100);
  const auto asha = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  history.set_trial(ended(0, 0, 0.5));
  history.set_trial(ended(1, 0, 0.4));
  EXPECT_TRUE(std::holds_alternative<Start>(asha->next(history))) << "a third of two is none";
  history.set_trial(ended(2, 0, 0.6));
  ASSERT_TRUE(std::holds_alternative<Promote>(asha->next(history)));
  EXPECT_EQ(std::get<Promote>(asha->next(history)).parent, 1);
  EXPECT_EQ(std::get<Promote>(asha->next(history)).rung, 1);
  Trial child = ended(3, 1, 0.3);
  child.parent = 1;
  history.set_trial(child);
  EXPECT_TRUE(std::holds_alternative<Start>(asha->next(history))) << "the best third was promoted";
  history.set_trial(ended(4, 0, 0.1));
  EXPECT_TRUE(std::holds_alternative<Promote>(asha->next(history))) << "a better one came late";
}

TEST(Asha, LooksAtTheHighestRungFirst) {
  const Study study = asha_study(100);
  const auto asha = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 12; ++number) history.set_trial(ended(number, 0, 0.1 * number));
  for (int number = 12; number < 15; ++number) {
    Trial child = ended(number, 1, 0.1);
    child.parent = number - 12;
    EXPECT_EQ(std::get<Promote>(asha->next(history)).parent, *child.parent);
    history.set_trial(child);
  }
  // The fourth of twelve could go on too.
  EXPECT_EQ(std::get<Promote>(asha->next(history)).rung, 2);
  EXPECT_EQ(std::get<Promote>(asha->next(history)).parent, 12);
}

// 60 points at the lowest rung and their promotions; at the next one a point's loss is as below, or the other way
// round.
History after_promotions(const Study& study, bool reversed) {
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 60; ++number) history.set_trial(ended(number, 0, 0.01 * number));
  for (int number = 60; number < 80; ++number) {
    Trial child = ended(number, 1, (reversed ? -0.01 : 0.01) * (number - 60));
    child.parent = number - 60;
    history.set_trial(child);
  }
  for (int number = 80; number < 86; ++number) {
    Trial child = ended(number, 2, 0);
    child.parent = reversed ? 79 - (number - 80) : 60 + (number - 80);
    history.set_trial(child);
  }
  return history;
}

TEST(Asha, StartsAboveARungWhoseRankingDoesNotTellTheNextOnes) {
  const auto started_at = [](bool reversed, bool skip) {
    const Study study = asha_study(200, {{"skip", skip}});
    return std::get<Start>(make_schedule(study)->next(after_promotions(study, reversed))).rung;
  };
  EXPECT_EQ(started_at(false, true), 0);
  EXPECT_EQ(started_at(true, true), 1);
  EXPECT_EQ(started_at(true, false), 0);
}

TEST(Asha, FailedAndPrunedTrialsCountAmongTheTriedAndAreNeverPromoted) {
  const Study study = asha_study(100);
  const auto asha = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  Trial failed = ended(0, 0, 0), pruned = ended(1, 0, 0);
  failed.state = TrialState::kFailed;
  pruned.stopped_early = true;
  history.set_trial(failed);
  history.set_trial(pruned);
  history.set_trial(ended(2, 0, 0.9));
  EXPECT_EQ(std::get<Promote>(asha->next(history)).parent, 2);
}

TEST(Asha, NeverWaitsWhileBudgetIsLeft) {
  for (const char* type : {"promotion", "stopping"}) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      play(asha_study(150, {{"type", type}}), {40, seed, 0.2, 0.1, 0.1}, [](const History& history, const Step& step) {
        if (std::holds_alternative<Wait>(step)) {
          EXPECT_EQ(trials_left(history), 0);
        }
      });
    }
  }
}

TEST(Asha, AThirdOfEachRungGoesOn) {
  const History history = play(asha_study(2000, {{"skip", false}}), {10, 1}, kNoCheck);
  for (int rung = 0; rung < 2; ++rung) {
    const auto below = static_cast<double>(history.at_rung(rung).size());
    EXPECT_NEAR(static_cast<double>(history.at_rung(rung + 1).size()), below / 3, 0.1 * below) << rung;
  }
}

TEST(Asha, StoppingStartsAtTheTopAndAsksAtTheLowerRungsEpochs) {
  const Study study = asha_study(100, {{"type", "stopping"}});  // epochs 1, 3, 9
  const auto asha = make_schedule(study);
  EXPECT_TRUE(asha->watches());
  History history(std::make_shared<const Study>(study));
  EXPECT_EQ(std::get<Start>(asha->next(history)).rung, 2);
  const auto report = [&](int number, std::vector<double> curve) {
    Trial trial = ended(number, 2, 0);
    trial.state = TrialState::kRunning;
    trial.curve = std::move(curve);
    const auto epoch = static_cast<int>(trial.curve.size());
    const double loss = trial.curve.back();
    history.set_trial(std::move(trial));
    return asha->keep_going(history, number, epoch, loss);
  };
  EXPECT_TRUE(report(0, {0.5})) << "the first one is the best so far";
  EXPECT_FALSE(report(1, {0.6}));
  EXPECT_FALSE(report(2, {0.55})) << "one of three is better, which is a third";
  EXPECT_TRUE(report(2, {0.4}));
  EXPECT_TRUE(report(3, {0.45})) << "one of four is better, less than a third";
  EXPECT_FALSE(report(4, {0.48})) << "two of five are";
  EXPECT_TRUE(report(2, {0.4, 9})) << "two epochs are no rung";
  EXPECT_TRUE(report(2, {0.4, 9, 9})) << "nobody else came so far";
  EXPECT_FALSE(report(0, {0.5, 9, 9.5}));
  EXPECT_TRUE(report(5, {0.3}));
}

TEST(Asha, StoppingRefusesALadderThatIsNotOfEpochsAlone) {
  Study study = asha_study(100, {{"type", "stopping"}});
  study.ladder[1].fidelity["image_side"] = 32;
  EXPECT_THROW(make_schedule(study), Error);
  study.schedule.options.clear();
  EXPECT_NO_THROW(make_schedule(study));
  study = asha_study(100, {{"type", "stopping"}});
  study.ladder[1].fidelity["epochs"] = 1;
  EXPECT_THROW(make_schedule(study), Error);
  study = asha_study(100, {{"type", "stopping"}});
  for (Rung& rung : study.ladder) rung.fidelity["image_side"] = 32;
  EXPECT_NO_THROW(make_schedule(study));
  study.schedule.options["type"] = "demotion";
  EXPECT_THROW(make_schedule(study), Error);
}

TEST(Asha, FinalsRepeatTheLeadersWhenAskedFor) {
  const History history = play(asha_study(100, {{"repeats", 2.0}}), {4, 1}, kNoCheck);
  int repeats = 0;
  for (const Trial& trial : history.trials()) repeats += trial.tag.repeat > 0;
  EXPECT_EQ(repeats, 6);
}

}  // namespace
}  // namespace crescendo
