#include "numeric/minimum_belief.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "numeric/normal.h"

namespace crescendo {
namespace {

constexpr int kSamples = 20'000;  // entropies of a half-half choice to 1e-4

double entropy_of(double p) { return -p * std::log(p) - (1 - p) * std::log(1 - p); }

double information(std::vector<double> mean, std::vector<double> covariance, std::vector<double> with, double variance,
                   int samples = kSamples) {
  Rng rng(1);
  return MinimumBelief(mean, covariance, samples, rng).information(with, variance);
}

TEST(MinimumBelief, WhatIsSeenWithoutNoiseTellsAllThatItDecides) {
  // One of two values is known: whether the other lies below it is what its outcome says. One in eight outcomes at most
  // stands at the border.
  EXPECT_NEAR(information({0, 0}, {1, 0, 0, 0}, {1, 0}, 1), std::log(2), 1e-3);
  const double p = normal_cdf(-1);
  EXPECT_NEAR(information({1, 0}, {1, 0, 0, 0}, {1, 0}, 1), entropy_of(p), 0.1);
}

TEST(MinimumBelief, IsTheMutualInformationOfTheOutcomeAndTheLowest) {
  // Two values of equal doubts, of which the first is seen with noise: by the definition, over many outcomes.
  const double variance = 1.5;
  double after = 0;
  const int outcomes = MinimumBelief::kOutcomes;
  for (int k = 0; k < outcomes; ++k) {
    const double z = normal_quantile((k + 0.5) / outcomes);
    const double mean = z / std::sqrt(variance), left = 1 - 1 / variance;
    after += entropy_of(normal_cdf(-mean / std::sqrt(left + 1))) / outcomes;
  }
  EXPECT_NEAR(information({0, 0}, {1, 0, 0, 1}, {1, 0}, variance), std::log(2) - after, 0.01);
}

TEST(MinimumBelief, WhatMovesAllValuesAlikeTellsNothing) {
  EXPECT_NEAR(information({0, 0.3, -0.2}, {1, 0, 0, 0, 1, 0, 0, 0, 1}, {0, 0, 0}, 2), 0, 1e-12);
  // A level that all share: {1, 1} and {1, 1} of doubts of 2 each.
  EXPECT_NEAR(information({0, 0}, {2, 1, 1, 2}, {1, 1}, 1.2), 0, 1e-3);
}

TEST(MinimumBelief, LessNoiseAndMoreCorrelationTellMore) {
  const std::vector<double> mean = {0, 0.1, 0.2}, covariance = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  double last = 1e9;
  for (const double noise : {0.0, 0.3, 1.0, 3.0, 10.0}) {
    const double told = information(mean, covariance, {1, 0, 0}, 1 + noise);
    EXPECT_LT(told, last) << noise;
    last = told;
  }
  last = 0;
  for (const double correlation : {0.2, 0.5, 0.8, 1.0}) {
    const double told = information(mean, covariance, {correlation, 0, 0}, 1);
    EXPECT_GT(told, last) << correlation;
    last = told;
  }
}

TEST(MinimumBelief, ValuesThatAreCertainOrEqualDoNotDisturbIt) {
  EXPECT_EQ(information({0, 1}, {0, 0, 0, 0}, {0, 0}, 0.01, 100), 0);
  // The same value twice, to rounding and beyond, is as good as once.
  EXPECT_NEAR(information({0, 0, 0}, {1, 1, 0, 1, 1 - 1e-12, 0, 0, 0, 1}, {1, 1, 0}, 1),
              information({0, 0}, {1, 0, 0, 1}, {1, 0}, 1), 0.01);
}

}  // namespace
}  // namespace crescendo
