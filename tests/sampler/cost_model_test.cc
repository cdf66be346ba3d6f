#include "sampler/cost_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/sampler/setting.h"

namespace crescendo {
namespace {

/// What is predicted of points at each of three rungs.
class CostModelTest : public testing::Test {
 protected:
  CostModelTest() : s_(one_float(), {"fabolas"}, 100, 3) {}

  void add(double x, int rung, double seconds, TrialState state = TrialState::kFinished) {
    s_.begin({{x}}, rung).state = state;
    s_.next.seconds = seconds;
    s_.next.cpu_seconds = 10 * seconds;
    s_.next.ended_revision = static_cast<std::uint64_t>(s_.next.number) + 1;
    s_.history.set_trial(s_.next);
  }

  double predicted(double x, int rung) {
    RowSpace rows(s_.study.space, s_.box);
    FittedKernels memo;
    CostModel model(rows, s_.history, observations_from_top(s_.history, 1000), 300, memo);
    std::vector<double> row(rows.width()), seconds(1);
    rows.encode({{x}}, 2 - rung, row);
    model.seconds(row, seconds);
    return seconds[0];
  }

  Setting s_;
};

TEST_F(CostModelTest, ARungCostsFourTimesTheOneBelowWhereNothingIsKnown) {
  EXPECT_NEAR(predicted(0.5, 0), 1, 1e-9);
  EXPECT_NEAR(predicted(0.5, 1), 4, 1e-9);
  EXPECT_NEAR(predicted(0.5, 2), 16, 1e-9);
  for (int i = 0; i < 5; ++i) add(0.2 * i, 0, 3);
  EXPECT_NEAR(predicted(0.5, 0), 3, 0.01);
  EXPECT_NEAR(predicted(0.5, 2), 48, 1);
}

TEST_F(CostModelTest, LearnsWhatRungsAndPointsCost) {
  // Ten times the seconds at each rung, and e^x times at a point.
  for (int i = 0; i < 18; ++i) add(i / 17.0, i % 2, std::pow(10, i % 2) * std::exp(i / 17.0));
  for (const double x : {0.1, 0.5, 0.9}) {
    EXPECT_NEAR(predicted(x, 0) / std::exp(x), 1, 0.1) << x;
    EXPECT_NEAR(predicted(x, 1) / std::exp(x), 10, 1) << x;
    EXPECT_NEAR(predicted(x, 2) / std::exp(x), 100, 30) << x << ": nothing was tried there";
  }
}

TEST_F(CostModelTest, LearnsOnlyFromWhatWasExecutedInFull) {
  for (int i = 0; i < 6; ++i) add(0.2 * i, 0, 2);
  const double before = predicted(0.5, 0);
  add(0.5, 0, 0.01, TrialState::kFailed);
  add(0.5, 0, 0, TrialState::kFinished);  // nobody measured
  s_.begin({{0.5}}, 0);
  s_.next.state = TrialState::kFinished;
  s_.next.stopped_early = true;
  s_.next.seconds = 0.01;
  s_.history.set_trial(s_.next);
  EXPECT_EQ(predicted(0.5, 0), before);
}

TEST_F(CostModelTest, CountsTheSecondsThatTheBudgetCounts) {
  for (int i = 0; i < 6; ++i) add(0.2 * i, 0, 2);
  EXPECT_NEAR(predicted(0.5, 0), 2, 0.01);
  Budget budget;
  budget.cpu_seconds = 1000;
  s_.history.set_budget(budget);
  EXPECT_NEAR(predicted(0.5, 0), 20, 0.1);
}

}  // namespace
}  // namespace crescendo
