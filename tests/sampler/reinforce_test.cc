#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/sampler/setting.h"

namespace crescendo {
namespace {

TEST(Reinforce, HasTheConstantsItNames) {
  std::map<std::string, std::string> standard;
  for (const OptionInfo& option : reinforce_sampler().options) standard[option.name] = option.standard;
  const std::map<std::string, std::string> expected = {{"population", "4"}, {"rate", "0.5"},     {"choice_rate", "1"},
                                                       {"baseline", "0.1"}, {"entropy", "0.01"}, {"spread", "0.3"}};
  EXPECT_EQ(standard, expected);
}

// One float and a category of three.
Space two() {
  return parse_space(Json::parse(R"([{"name": "x", "type": "float", "low": 0, "high": 1},
                                     {"name": "c", "type": "categorical", "choices": ["a", "b", "c"]}])"));
}

struct Means {
  double x = 0, deviation = 0, shares[3] = {0, 0, 0};
};

Means means_of(const std::vector<Point>& points) {
  Means means;
  const double count = static_cast<double>(points.size());
  for (const Point& point : points) {
    means.x += point.values[0] / count;
    means.shares[static_cast<std::size_t>(point.values[1])] += 1 / count;
  }
  for (const Point& point : points) means.deviation += std::pow(point.values[0] - means.x, 2) / count;
  means.deviation = std::sqrt(means.deviation);
  return means;
}

TEST(Reinforce, WhatDidBetterThanTheBaselineBecomesLikelier) {
  Setting s({"reinforce", {{"entropy", 0.0}, {"spread", 0.1}}}, two());
  s.finish({{0.6, 2}}, 1);
  s.finish({{0.6, 2}}, 1);
  s.finish({{0.4, 0}}, 2);
  s.finish({{0.4, 0}}, 2);
  // The baseline is the upper median, 2, the distance 1/2: advantages 2, 2, 0, 0.
  const Means means = means_of(s.children(20'000));
  EXPECT_NEAR(means.x, 0.5 + 0.5 * 0.1, 0.004);
  // Softmax units: logits of a, b, c change by -1/3, -1/3 and 2/3.
  const double sum = 2 * std::exp(-1 / 3.0) + std::exp(2 / 3.0);
  EXPECT_NEAR(means.shares[2], std::exp(2 / 3.0) / sum, 0.015);
  EXPECT_NEAR(means.shares[0], means.shares[1], 0.015);
}

TEST(Reinforce, TheUnitOfTheLossDoesNotMatter) {
  Setting s({"reinforce"}, two()), other({"reinforce"}, two());
  Rng rng(3);
  for (int i = 0; i < 40; ++i) {
    const Point point{{rng.uniform(), static_cast<double>(rng.below(3))}};
    const double loss = std::floor(rng.uniform() * 64);
    s.finish(point, loss);
    other.finish(point, 1024 * loss);
  }
  EXPECT_EQ(s.children(20), other.children(20));
}

TEST(Reinforce, AFailureCountsAsTheLargestDisadvantage) {
  Setting s({"reinforce", {{"entropy", 0.0}}}, two());
  for (int i = 0; i < 3; ++i) s.finish({{0.5, 1}}, 1);
  s.begin({{0.9, 0}}).state = TrialState::kFailed;
  s.history.set_trial(s.next);
  const Means means = means_of(s.children(20'000));
  EXPECT_LT(means.x, 0.5 - 0.5 * 2 * 0.4 / 4 + 0.05);
  EXPECT_LT(means.shares[0], 0.27);
}

TEST(Reinforce, TheBonusForEntropyWidensThePolicy) {
  Means means[2];
  for (const int bonus : {0, 1}) {
    Setting s({"reinforce", {{"entropy", 0.2 * bonus}, {"spread", 0.05}}}, two());
    for (int i = 0; i < 24; ++i) s.finish({{0.5, 1}}, 1);  // nothing is better than usual
    means[bonus] = means_of(s.children(4000));
  }
  EXPECT_NEAR(means[0].deviation, 0.05, 0.003);
  EXPECT_NEAR(means[1].deviation, 0.05 * std::exp(6 * 0.2), 0.01);
}

TEST(Reinforce, TheBaselineMovesByTheShareOfEachLoss) {
  for (const double baseline : {0.1, 1.0}) {
    Setting s({"reinforce", {{"entropy", 0.0}, {"baseline", baseline}}}, two());
    for (const double loss : {1.0, 3.0, 1.0, 3.0}) s.finish({{0.5, 1}}, loss);
    for (int i = 0; i < 4; ++i) s.finish({{0.8, 1}}, 2.8);
    const double x = means_of(s.children(20'000)).x;
    // The first baseline is 3, the upper median: 0.1 moves it to 2.67, 1 to the last loss.
    if (baseline == 1.0) {
      EXPECT_GT(x, 0.5);
    } else {
      EXPECT_LT(x, 0.5);
    }
  }
}

TEST(Reinforce, BeatsRandomSearchWithinTwoHundredTrials) {
  for (const auto& make : {branin, hartmann6, mixed10}) {
    const Problem problem = make();
    double regret[2] = {0, 0};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      regret[0] += regret_after(problem, {"reinforce"}, 200, seed);
      regret[1] += regret_after(problem, {"random"}, 200, seed);
    }
    EXPECT_LT(regret[0], 0.8 * regret[1]) << problem.name;
  }
}

}  // namespace
}  // namespace crescendo
