#include "study/rung_summary.h"

#include <gtest/gtest.h>

#include "tests/fakes.h"

namespace crescendo {
namespace {

TEST(RungSummary, CountsTheTrialsOfItsRungOnly) {
  History history(std::make_shared<const Study>(small_study(60, 2)));
  int number = 0;
  const auto add = [&](int rung, TrialState state, double loss) {
    Trial trial;
    trial.number = number++;
    trial.rung = rung;
    trial.state = state;
    trial.loss = loss;
    trial.seconds = 2;
    trial.cpu_seconds = 3;
    trial.point = Point{{1e-3, 1, kInactive, 0, kInactive, 0.1, kInactive}};
    history.set_trial(trial);
  };
  add(0, TrialState::kFinished, 0.5);
  add(0, TrialState::kFinished, 0.25);
  add(0, TrialState::kFailed, 0);
  add(0, TrialState::kRunning, 0);
  add(1, TrialState::kFinished, 0.125);
  const RungSummary low = rung_summary(history, 0);
  EXPECT_EQ(low.trials, 4);
  EXPECT_EQ(low.running, 1);
  EXPECT_EQ(low.failed, 1);
  EXPECT_EQ(low.seconds, 8);
  EXPECT_EQ(low.cpu_seconds, 12);
  EXPECT_EQ(low.best_loss, 0.25);
  EXPECT_EQ(rung_summary(History(std::make_shared<const Study>(small_study(60, 2))), 1).best_loss, std::nullopt);
}

}  // namespace
}  // namespace crescendo
