#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "tests/sampler/setting.h"

namespace crescendo {
namespace {

TEST(Differential, HasTheConstantsItNames) {
  std::map<std::string, std::string> standard;
  for (const OptionInfo& option : differential_sampler().options) standard[option.name] = option.standard;
  const std::map<std::string, std::string> expected = {
      {"population", "10"}, {"factor", "0.5"}, {"crossover", "0.5"}, {"tournament", "2"}};
  EXPECT_EQ(standard, expected);
}

// Five individuals on the diagonal; the trial that is proposed competes with the first of them.
struct Diagonal : Setting {
  explicit Diagonal(Options others = {}) : Setting({"differential", with_population(std::move(others))}) {
    for (const double x : kAt) finish(all_at(x), x);
  }
  static Options with_population(Options options) {
    options["population"] = 5.0;
    return options;
  }
  static constexpr double kAt[] = {0.40, 0.43, 0.50, 0.58, 0.63};
};

TEST(Differential, AChildHasValuesOfItsTargetOrOfAParentPlusHalfADifference) {
  const Diagonal s;
  std::set<int> mutants;  // in hundred thousandths
  for (const double a : Diagonal::kAt) {
    for (const double b : Diagonal::kAt) {
      for (const double c : Diagonal::kAt) {
        const bool differ = a != b && a != c && b != c && a != 0.40 && b != 0.40 && c != 0.40;
        if (differ) mutants.insert(static_cast<int>(std::lround(1e5 * (a + 0.5 * (b - c)))));
      }
    }
  }
  double crossed = 0;
  constexpr int kChildren = 2000;
  for (const Point& child : s.children(kChildren)) {
    std::set<double> values(child.values.begin(), child.values.end());
    values.erase(0.40);
    ASSERT_EQ(values.size(), 1u) << "all of its new values are one mutant's";
    ASSERT_TRUE(mutants.contains(static_cast<int>(std::lround(1e5 * *values.begin()))));
    crossed += 10 - static_cast<double>(std::count(child.values.begin(), child.values.end(), 0.40));
  }
  EXPECT_NEAR(crossed / kChildren, 1 + 9 * 0.5, 0.2);  // one always; 6 standard errors
}

TEST(Differential, TheFactorScalesTheDifference) {
  const Diagonal s({{"factor", 0.0}, {"crossover", 1.0}});
  for (const Point& child : s.children(100)) {
    const bool is_an_individual = std::any_of(std::begin(Diagonal::kAt), std::end(Diagonal::kAt),
                                              [&](double x) { return std::abs(child.values[0] - x) < 1e-12; });
    EXPECT_TRUE(is_an_individual || child.values[0] != child.values[1]);  // a known point leads to a random one
  }
}

TEST(Differential, TheBestOfATournamentIsAddedTo) {
  const Diagonal s({{"factor", 0.001}, {"crossover", 1.0}, {"tournament", 50.0}});
  for (const Point& child : s.children(200)) EXPECT_NEAR(child.values[0], 0.43, 0.001);  // the target is no parent
}

TEST(Differential, WhatLeavesTheBoxIsDrawnAgain) {
  Setting s({"differential", {{"population", 5.0}, {"factor", 2.0}, {"crossover", 1.0}}});
  for (const double x : {0.0, 0.01, 0.02, 0.98, 0.99}) s.finish(all_at(x), x);
  int middle = 0;
  for (const Point& child : s.children(200)) {
    for (const double x : child.values) middle += x > 0.3 && x < 0.7;
  }
  EXPECT_GT(middle, 200);  // no sum of three of them lies there
}

TEST(Differential, AWorseChildReplacesNothingAndABetterOneAtOnce) {
  for (const double loss : {0.9, 0.1}) {
    Diagonal s({{"crossover", 0.0}});
    s.finish(all_at(0.2), loss);  // competes with the first, whose loss is 0.4
    for (int i = 0; i < 4; ++i) s.fail(all_at(0.9));
    for (const Point& child : s.children(50)) {
      const double kept = loss < 0.4 ? 0.2 : 0.40;
      EXPECT_EQ(std::count(child.values.begin(), child.values.end(), kept), 9);
    }
  }
}

TEST(Differential, TheFirstPopulationIsTheBestOfTheRungBelow) {
  Setting s({"differential", {{"population", 5.0}}}, floats(), 2);
  for (int i = 0; i < 20; ++i) s.finish(all_at(0.04 * i), std::abs(i - 10), 0);
  for (const double x : {0.40, 0.36, 0.44, 0.32, 0.48}) {
    Rng rng(1);
    const int number = static_cast<int>(s.history.trials().size());
    const Point point = s.sampler->propose(s.history, s.box, number, rng);
    EXPECT_NEAR(point.values[0], x, 1e-9);
    s.finish(point, 1, 1);
  }
}

TEST(Differential, ParentsAreTheRungsOwnAndTheBestThirdBelow) {
  Setting s({"differential"}, floats(), 2);
  for (int i = 0; i < 6; ++i) s.finish(all_at(0.1 + 0.01 * i), i, 0);
  for (int i = 0; i < 6; ++i) s.finish(all_at(0.8 + 0.02 * i), i, 1);
  s.begin(all_at(0), 1).point.reset();
  s.history.set_trial(s.next);
  int below = 0;
  Options near = {{"population", 6.0}, {"factor", 0.001}, {"crossover", 1.0}, {"tournament", 1.0}};
  const auto sampler = differential_sampler().make(near);
  for (std::uint64_t i = 0; i < 600; ++i) {
    Rng rng(2, {i});
    const double x = sampler->propose(s.history, s.box, 12, rng).values[0];
    EXPECT_TRUE((x > 0.09 && x < 0.12) || x > 0.79) << x;
    below += x < 0.12;
  }
  EXPECT_NEAR(below, 600 * 2 / 7.0, 60);  // two of them beside five, less the target; 5 deviations
}

TEST(Differential, ReachesTheOptimumOfSphereAndRosenbrock) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    EXPECT_LT(regret_after(sphere(5), {"differential", {{"population", 20.0}}}, 3000, seed), 1e-8);
    EXPECT_LT(regret_after(rosenbrock(2), {"differential", {{"population", 20.0}}}, 3000, seed), 1e-8);
  }
}

}  // namespace
}  // namespace crescendo
