#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "crescendo/sampler.h"
#include "sampler/samplers.h"
#include "space/encode.h"
#include "tests/fakes.h"
#include "tests/problems.h"
#include "tests/sampler/setting.h"

namespace crescendo {
namespace {

// A closed generation of points all at 0.05, 0.15, ..., the first the best.
void add_ladder(Setting& s, int count) {
  for (int i = 0; i < count; ++i) s.finish(all_at(0.05 + 0.1 * i), i);
}

int nearest(double x) { return static_cast<int>(std::floor(x * 10)); }

Options options(double population, std::initializer_list<std::pair<const std::string, OptionValue>> others) {
  Options all(others);
  all["population"] = population;
  return all;
}

TEST(Genetic, HasTheRatesItNames) {
  std::map<std::string, std::string> standard;
  for (const OptionInfo& option : genetic_sampler().options) standard[option.name] = option.standard;
  const std::map<std::string, std::string> expected = {{"population", "8"},  {"tournament", "3"}, {"elite", "8"},
                                                       {"crossover", "0.9"}, {"swap", "0.5"},     {"mutation", "0"},
                                                       {"spread", "0.2"}};
  EXPECT_EQ(standard, expected);
}

TEST(Genetic, TheBestOfThreeDrawnBecomesAParent) {
  Setting s({"genetic", options(10, {{"crossover", 0.0}, {"mutation", 1.0}, {"spread", 0.001}})});
  add_ladder(s, 10);
  std::vector<int> wins(10);
  constexpr int kChildren = 5000;
  for (const Point& child : s.children(kChildren)) ++wins[static_cast<std::size_t>(nearest(child.values[0]))];
  for (int place = 0; place < 10; ++place) {
    const double expected = (std::pow(10 - place, 3) - std::pow(9 - place, 3)) / 1000;       // all drawn at or below it
    EXPECT_NEAR(wins[static_cast<std::size_t>(place)] / double(kChildren), expected, 0.03);  // 5 deviations
  }
}

TEST(Genetic, NineInTenChildrenHaveTwoParents) {
  Setting s({"genetic", options(2, {{"tournament", 1.0}, {"mutation", 1.0}, {"spread", 0.001}})});
  add_ladder(s, 2);
  constexpr int kChildren = 4000;
  int mixed = 0;
  for (const Point& child : s.children(kChildren)) {
    int second = 0;
    for (const double x : child.values) second += nearest(x);
    mixed += second > 0 && second < static_cast<int>(kFloats);
  }
  // Half of the pairs are one parent twice; of the others 1 in 512 shows no mixture.
  EXPECT_NEAR(mixed / double(kChildren), 0.9 / 2, 0.04);
}

TEST(Genetic, ValuesAreSwappedWithTheProbabilityGiven) {
  for (const double swap : {0.5, 0.1}) {
    Setting s(
        {"genetic",
         options(2, {{"tournament", 1.0}, {"mutation", 1.0}, {"spread", 0.001}, {"crossover", 1.0}, {"swap", swap}})});
    add_ladder(s, 2);
    double minority = 0;
    int mixed = 0;
    for (const Point& child : s.children(4000)) {
      int second = 0;
      for (const double x : child.values) second += nearest(x);
      if (second == 0 || second == static_cast<int>(kFloats)) continue;
      ++mixed;
      minority += std::min(second, static_cast<int>(kFloats) - second);
    }
    // Binomial over 10 values without its ends: the mean of min(k, 10 - k).
    double expected = 0, share = 0, binomial = 1;
    for (int k = 0; k <= 10; ++k) {
      const double chance = binomial * std::pow(swap, k) * std::pow(1 - swap, 10 - k);
      if (k > 0 && k < 10) expected += chance * std::min(k, 10 - k);
      if (k > 0 && k < 10) share += chance;
      binomial = binomial * (10 - k) / (k + 1);
    }
    EXPECT_NEAR(minority / mixed, expected / share, 0.15) << swap;
  }
}

TEST(Genetic, OneValueInTheirNumberChanges) {
  for (const double rate : {0.0, 0.3}) {  // 0: one in ten
    Setting s({"genetic", options(2, {{"crossover", 0.0}, {"mutation", rate}})});
    add_ladder(s, 2);
    double changed = 0;
    constexpr int kChildren = 4000;
    for (const Point& child : s.children(kChildren)) {
      const int from_first = static_cast<int>(std::count(child.values.begin(), child.values.end(), 0.05));
      const int from_second = static_cast<int>(std::count(child.values.begin(), child.values.end(), 0.05 + 0.1));
      changed += 10 - std::max(from_first, from_second);
    }
    const double p = rate > 0 ? rate : 0.1;
    // Children without a change are known points and are bred again.
    EXPECT_NEAR(changed / kChildren, 10 * p / (1 - std::pow(1 - p, 10)), 0.12);
  }
}

TEST(Genetic, NumbersChangeByTheSpread) {
  Setting s({"genetic", options(2, {{"crossover", 0.0}, {"mutation", 1.0}})});
  s.finish(all_at(0.5), 1);
  s.finish(all_at(0.5), 2);
  double squares = 0;
  int count = 0;
  for (const Point& child : s.children(1000)) {
    for (const double x : child.values) {
      squares += (x - 0.5) * (x - 0.5);
      ++count;
    }
  }
  EXPECT_NEAR(std::sqrt(squares / count), 0.191, 0.007);  // 0.2, cut off at 2.5 deviations
}

TEST(Genetic, TheBestParentsStayAndFailedTrialsAreNone) {
  for (const double elite : {0.0, 1.0, 3.0}) {
    Setting s({"genetic", options(3, {{"elite", elite}, {"crossover", 0.0}, {"mutation", 1.0}, {"spread", 0.001}})});
    add_ladder(s, 3);  // 0.05, 0.15, 0.25: losses 0, 1, 2
    s.finish(all_at(0.35), 0.5);
    s.finish(all_at(0.45), 5);
    s.fail(all_at(0.55));
    std::map<int, int> parents;
    for (const Point& child : s.children(500)) ++parents[nearest(child.values[0])];
    EXPECT_EQ(parents.contains(0), elite >= 1);  // better than all children
    EXPECT_EQ(parents.contains(1), elite >= 3);
    EXPECT_FALSE(parents.contains(2));  // no place left beside its betters
    EXPECT_TRUE(parents.contains(3));
    EXPECT_EQ(parents.contains(4), elite <= 1);
    EXPECT_FALSE(parents.contains(5));
  }
}

TEST(Genetic, AnOpenGenerationHasTheParentsOfTheOneBefore) {
  Setting s({"genetic", options(3, {{"crossover", 0.0}, {"mutation", 1.0}, {"spread", 0.001}})});
  add_ladder(s, 3);
  s.finish(all_at(0.85), -1);  // of the second generation, which is open: no parent yet
  s.finish(all_at(0.95), -2);
  for (const Point& child : s.children(300)) EXPECT_LT(child.values[0], 0.3);
  s.finish(all_at(0.75), 9);
  int late = 0;
  for (const Point& child : s.children(300)) late += child.values[0] > 0.8;
  EXPECT_GT(late, 100);
}

TEST(Genetic, ATrialsTagSaysItsGeneration) {
  Setting s({"genetic", options(3, {{"crossover", 0.0}, {"mutation", 1.0}, {"spread", 0.001}})});
  add_ladder(s, 6);
  s.begin(all_at(0));
  s.next.point.reset();
  s.next.tag.generation = 1;  // claimed while the second was open
  s.history.set_trial(s.next);
  for (int i = 0; i < 300; ++i) {
    Rng rng(1, {static_cast<std::uint64_t>(i)});
    EXPECT_LT(s.sampler->propose(s.history, s.box, 6, rng).values[0], 0.3);  // not from 0.35, 0.45, 0.55
  }
}

TEST(Genetic, ChildrenAreClippedToTheBoxThatTheirParentsAreOutside) {
  Setting s({"genetic", options(2, {})});
  add_ladder(s, 2);  // 0.05 and 0.15
  for (Box::Side& side : s.box.sides) side = {0.4, 0.6, {}};
  int at_edge = 0;
  for (const Point& child : s.children(200)) {
    EXPECT_TRUE(s.box.contains(child));
    at_edge += static_cast<int>(std::count(child.values.begin(), child.values.end(), 0.4));
  }
  EXPECT_GT(at_edge, 200 * 7);  // nine in ten values are not mutated
}

TEST(Genetic, TheFirstGenerationOfARungComesFromTheOthersBest) {
  Setting s({"genetic", options(4, {{"mutation", 1.0}, {"spread", 0.001}})}, floats(), 2);
  for (int i = 0; i < 40; ++i) s.finish(all_at(i < 4 ? 0.7 : 0.2), i < 4 ? 0 : 1, 0);
  // The four best at the other rung are one point: a quarter of a population; so is the best of the others.
  int bred = 0, poor = 0;
  for (const Point& child : s.children(1000)) {
    bred += std::all_of(child.values.begin(), child.values.end(),
                        [](double x) { return std::abs(x - 0.7) < 0.01 || std::abs(x - 0.2) < 0.01; });
    poor += std::all_of(child.values.begin(), child.values.end(), [](double x) { return std::abs(x - 0.2) < 0.01; });
  }
  EXPECT_NEAR(bred, 500, 80);  // two different points of four: half of the children, 5 standard deviations
  EXPECT_LT(poor, bred / 2);
}

TEST(Genetic, PromotedPointsAreNoMembersOfAGeneration) {
  Setting s({"genetic", options(3, {{"crossover", 0.0}, {"mutation", 1.0}, {"spread", 0.001}})}, floats(), 2);
  s.finish(all_at(0.95), 0, 0);
  for (int i = 0; i < 3; ++i) s.finish(all_at(0.05 + 0.1 * i), i + 1, 1);  // the first generation of the upper rung
  s.begin(all_at(0.95), 1);
  s.next.parent = 0;
  s.next.box.reset();
  s.next.state = TrialState::kFinished;
  s.next.loss = -1;
  s.history.set_trial(s.next);
  for (const Point& child : s.children(200)) EXPECT_LT(child.values[0], 0.3);
}

TEST(Genetic, BeatsRandomSearchWithinAHundredTrials) {
  for (const auto& make : {branin, hartmann6, mixed10}) {
    const Problem problem = make();
    double regret[2] = {0, 0};
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      for (const int which : {0, 1}) {
        Setting s({which == 0 ? "genetic" : "random"}, problem.space);
        double best = 1e300;
        for (int number = 0; number < 100; ++number) {
          Rng rng(seed, {static_cast<std::uint64_t>(number)});
          const Point point = s.sampler->propose(s.history, s.box, number, rng);
          const double loss = problem.loss(point);
          s.finish(point, loss);
          best = std::min(best, loss);
        }
        regret[which] += best - problem.optimum;
      }
    }
    EXPECT_LT(regret[0], 0.8 * regret[1]) << problem.name;
  }
}

// Ten floats in ascending order, which one of four million random points is.
TEST(Genetic, ChildrenThatBreakConstraintsAreMadeMoreLikeAParent) {
  Json constraints = Json::array();
  for (std::size_t i = 1; i < kFloats; ++i) constraints.push_back(fmt::format("x{} < x{}", i - 1, i));
  const Study study = small_study(1000, 1, "flat", parse_space(to_json(floats()), constraints));
  History history(std::make_shared<const Study>(study));
  history.add_box(0, whole(study.space));
  for (int parent = 0; parent < 8; ++parent) {
    Trial trial;
    trial.number = parent;
    trial.state = TrialState::kFinished;
    trial.tag.generation = 0;
    trial.box = 0;
    trial.point = all_at(0);
    for (std::size_t i = 0; i < kFloats; ++i)
      trial.point->values[i] = (static_cast<double>(i) + 0.1 * parent) / kFloats;
    trial.loss = 1 + parent;
    history.set_trial(trial);
  }
  // Where every value is mutated, only what is made like its parent keeps the order.
  const auto sampler = genetic_sampler().make({{"crossover", 1.0}, {"mutation", 1.0}});
  for (int number = 8; number < 40; ++number) {
    Rng rng(3, {static_cast<std::uint64_t>(number)});
    const Point child = sampler->propose(history, whole(study.space), number, rng);
    ASSERT_NO_THROW(study.space.check(child));
    for (const Trial& trial : history.trials()) ASSERT_FALSE(child == *trial.point);
  }
}

TEST(Genetic, ParentsThatBreakAConstraintAndCannotBeMadeLikeOneThatKeepsItLeadToARandomPoint) {
  Setting s({"genetic"}, parse_space(to_json(floats()), {"x0 + x1 < 0.3"}), 2);
  for (int parent = 0; parent < 8; ++parent) s.finish(all_at(0.9 + 0.01 * parent), 1, 0);
  for (const Point& child : s.children(50)) EXPECT_NO_THROW(s.study.space.check(child));
}

}  // namespace
}  // namespace crescendo
