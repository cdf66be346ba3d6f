#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/sampler/setting.h"

namespace crescendo {
namespace {

Options particles(double population, std::initializer_list<std::pair<const std::string, OptionValue>> others = {}) {
  Options all(others);
  all["population"] = population;
  return all;
}

TEST(Swarm, HasTheCoefficientsItNames) {
  std::map<std::string, std::string> standard;
  for (const OptionInfo& option : swarm_sampler().options) standard[option.name] = option.standard;
  const std::map<std::string, std::string> expected = {
      {"population", "8"}, {"inertia", "0.7298"}, {"own", "1.49618"}, {"best", "1.49618"}, {"stray", "0.05"}};
  EXPECT_EQ(standard, expected);
}

TEST(Swarm, AParticleGoesOnByAShareOfItsLastStep) {
  Setting s({"swarm", particles(2, {{"own", 0.0}, {"best", 0.0}})});
  for (const double x : {0.2, 0.9, 0.3, 0.8}) s.finish(all_at(x), x);  // the first went from 0.2 to 0.3
  for (const Point& point : s.children(20)) {
    for (const double x : point.values) EXPECT_NEAR(x, 0.3 + 0.7298 * 0.1, 1e-12);
  }
}

TEST(Swarm, ItIsDrawnToItsOwnBestAndToTheBestOfAll) {
  Setting s({"swarm", particles(2)});
  // The first particle's best is at 0.4, where it was first; the second's at 0.7 is the best of all.
  for (const auto& [x, loss] : {std::pair(0.4, 1.0), {0.7, 0.0}, {0.5, 2.0}, {0.9, 3.0}}) s.finish(all_at(x), loss);
  double sum = 0, least = 1, most = 0;
  for (const Point& point : s.children(400)) {
    for (const double x : point.values) {
      sum += x;
      least = std::min(least, x);
      most = std::max(most, x);
    }
  }
  const double still = 0.5 + 0.7298 * 0.1;
  EXPECT_NEAR(sum / 4000, still + 1.49618 / 2 * (-0.1 + 0.2), 0.01);
  EXPECT_GT(least, still - 1.49618 * 0.1 - 1e-12);
  EXPECT_LT(most, still + 1.49618 * 0.2 + 1e-12);
  EXPECT_GT(most - least, 0.4);
}

TEST(Swarm, ACategoryIsThatOfTheParticleOrOfABestPointUnlessItStrays) {
  Json parameters = Json::array({{{"name", "x"}, {"type", "float"}, {"low", 0}, {"high", 1}}});
  parameters.push_back({{"name", "c"}, {"type", "categorical"}, {"choices", {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}});
  Setting s({"swarm", particles(2)}, parse_space(parameters));
  const double at[4] = {1, 2, 3, 4};  // own best, best of all, here, elsewhere
  const double loss[4] = {1, 0, 2, 3};
  for (int i = 0; i < 4; ++i) s.finish({{0.1 * i, at[i]}}, loss[i]);
  std::map<int, int> chosen;
  for (const Point& point : s.children(2000)) ++chosen[static_cast<int>(point.values[1])];
  const int strayed = 2000 - chosen[1] - chosen[2] - chosen[3];
  EXPECT_NEAR(strayed, 2000 * 0.05 * 0.7, 42);  // 5 deviations
  for (const int near : {1, 2, 3}) EXPECT_GT(chosen[near], 400);
}

TEST(Swarm, WhatTheBoxCutsOffIsGone) {
  Setting s({"swarm", particles(2, {{"own", 0.0}, {"best", 0.0}})});
  for (const double x : {0.5, 0.9, 0.95, 0.8}) s.finish(all_at(x), x);
  for (const Point& point : s.children(5)) EXPECT_EQ(point, all_at(1));
}

TEST(Swarm, TheFirstStepsAreToTheBestOfTheRungBelow) {
  Setting s({"swarm", particles(3)}, floats(), 2);
  for (int i = 0; i < 10; ++i) s.finish(all_at(0.1 * i), std::abs(i - 4), 0);
  for (const double x : {0.4, 0.3, 0.5}) {
    Rng rng(1);
    const Point point = s.sampler->propose(s.history, s.box, static_cast<int>(s.history.trials().size()), rng);
    EXPECT_NEAR(point.values[0], x, 1e-9);
    s.finish(point, 1, 1);
  }
}

TEST(Swarm, FailedTrialsDrawNothing) {
  Setting s({"swarm", particles(2, {{"inertia", 0.0}})});
  s.finish(all_at(0.5), 1);
  s.fail(all_at(0.9));
  for (int i = 0; i < 2; ++i) s.finish(all_at(0.3), 2);
  for (const Point& point : s.children(100)) {
    for (const double x : point.values) EXPECT_LT(x, 0.3 + 2 * 1.49618 * 0.2 + 1e-9);
  }
}

TEST(Swarm, ReachesTheOptimumOfASphere) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) EXPECT_LT(regret_after(sphere(5), {"swarm"}, 3000, seed), 1e-8);
}

}  // namespace
}  // namespace crescendo
