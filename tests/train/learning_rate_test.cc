#include "train/learning_rate.h"

#include <gtest/gtest.h>

#include <vector>

namespace crescendo {
namespace {

constexpr int kStepsPerEpoch = 7;

std::vector<double> factors(const LearningRateSchedule& schedule, int epochs) {
  std::vector<double> result;
  for (int step = 0; step < epochs * kStepsPerEpoch; ++step) {
    result.push_back(learning_rate_factor(schedule, step, kStepsPerEpoch, epochs));
  }
  return result;
}

TEST(LearningRate, IsConstantUnlessAsked) {
  for (const double factor : factors({}, 5)) EXPECT_EQ(factor, 1);
}

TEST(LearningRate, WarmsUpInEvenStepsToTheWhole) {
  for (const double warmup : {1.0, 2.0, 20.0 / 7}) {  // the last one ends within an epoch
    const std::vector<double> found = factors({.warmup_epochs = warmup}, 5);
    const double steps = warmup * kStepsPerEpoch;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const double wanted = static_cast<double>(i + 1) / steps;
      EXPECT_NEAR(found[i], wanted < 1 ? wanted : 1, 1e-12) << i;
    }
  }
}

TEST(LearningRate, TheCosineFallsFromTheWholeTowardsNothingThroughTheHalf) {
  const std::vector<double> found = factors({.decay = Decay::kCosine}, 10);
  EXPECT_EQ(found.front(), 1);
  EXPECT_NEAR(found[5 * kStepsPerEpoch], 0.5, 1e-12);
  for (std::size_t i = 1; i < found.size(); ++i) EXPECT_LT(found[i], found[i - 1]);
  EXPECT_GT(found.back(), 0);
  EXPECT_LT(found.back(), 1e-3);
}

TEST(LearningRate, TheCosineBeginsBehindTheWarmUp) {
  const std::vector<double> found = factors({.decay = Decay::kCosine, .warmup_epochs = 2}, 10);
  EXPECT_NEAR(found[2 * kStepsPerEpoch - 1], 1, 1e-12);
  EXPECT_NEAR(found[2 * kStepsPerEpoch], 1, 1e-12);
  EXPECT_NEAR(found[6 * kStepsPerEpoch], 0.5, 1e-12);
  for (const double factor : factors({.decay = Decay::kCosine, .warmup_epochs = 20}, 10)) EXPECT_GT(factor, 0);
}

TEST(LearningRate, StepsAtEachShareOfTheEpochs) {
  for (const int epochs : {3, 9, 30, 300}) {
    const std::vector<double> found = factors({.decay = Decay::kStep}, epochs);
    for (int step = 0; step < epochs * kStepsPerEpoch; ++step) {
      const int thirds = 3 * step / (epochs * kStepsPerEpoch);
      EXPECT_NEAR(found[step], thirds == 0 ? 1 : thirds == 1 ? 0.1 : 0.01, 1e-12) << step << " of " << epochs;
    }
  }
  const std::vector<double> halves = factors({.decay = Decay::kStep, .step_factor = 0.5, .step_share = 0.25}, 8);
  EXPECT_NEAR(halves.back(), 0.125, 1e-12);
}

}  // namespace
}  // namespace crescendo
