#include "schedule/agreement.h"

#include <gtest/gtest.h>

#include "tests/fakes.h"

namespace crescendo {
namespace {

// Points of losses 0, 1, ... at the lowest rung, each tried again one rung higher with these losses.
History pairs(const std::vector<double>& above) {
  const Study study = small_study(1000, 2);
  History history(std::make_shared<const Study>(study));
  const int count = static_cast<int>(above.size());
  for (int number = 0; number < 2 * count; ++number) {
    Trial trial;
    trial.number = number;
    trial.rung = number / count;
    if (trial.rung == 1) trial.parent = number - count;
    trial.state = TrialState::kFinished;
    trial.loss = trial.rung == 0 ? number : above[static_cast<std::size_t>(number - count)];
    trial.point = Point{{0.01, 1, kInactive, 1, kInactive, 0.1, kInactive}};
    history.set_trial(trial);
  }
  return history;
}

TEST(Agreement, IsTheUsualOneBeforeTwoPointsEndedAtBothRungs) {
  EXPECT_EQ(agreement(pairs({}), 0), 0.5);
  EXPECT_EQ(agreement(pairs({1}), 0), 0.5);
}

// The variance of tau of four unrelated pairs is 2 (2 4 + 5) / (9 4 3) = 0.2407; the usual one's is 0.09.
TEST(Agreement, IsKendallsTauDrawnTowardsTheUsualOne) {
  const double weight = 0.09 / (0.09 + 26.0 / 108);
  EXPECT_NEAR(agreement(pairs({0, 1, 2, 3}), 0), 0.5 + weight * 0.5, 1e-12);
  EXPECT_NEAR(agreement(pairs({3, 2, 1, 0}), 0), 0.5 - weight * 1.5, 1e-12);
}

TEST(Agreement, LooksAtTheFirstTrialsOnly) {
  const History history = pairs({0, 1, 2, 3, -1, -2, -3, -4});
  EXPECT_EQ(agreement(history, 0, 4), agreement(pairs({0, 1, 2, 3}), 0));
  EXPECT_LT(agreement(history, 0), agreement(history, 0, 4));
}

}  // namespace
}  // namespace crescendo
