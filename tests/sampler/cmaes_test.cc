#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "numeric/normal.h"
#include "sampler/cma_model.h"
#include "tests/sampler/setting.h"

namespace crescendo {
namespace {

TEST(Cmaes, HasTheConstantsItNames) {
  std::map<std::string, std::string> standard;
  for (const OptionInfo& option : cmaes_sampler().options) standard[option.name] = option.standard;
  const std::map<std::string, std::string> expected = {{"population", "0"}, {"spread", "0.3"}, {"restart", "true"}};
  EXPECT_EQ(standard, expected);
}

TEST(Cmaes, APopulationIsFourAndThreeTimesTheLogarithmOfTheParameters) {
  Setting s({"cmaes"});  // ten floats: 10
  for (int i = 0; i < 25; ++i) {
    s.begin(all_at(0.5));
    s.sampler->stamp(s.history, 0, s.next.tag);
    EXPECT_EQ(s.next.tag.generation, i / 10);
    s.next.state = TrialState::kFinished;
    s.history.set_trial(s.next);
  }
}

TEST(Cmaes, TheFirstDrawsLieAroundTheMiddle) {
  const Setting s({"cmaes", {{"spread", 0.1}}});
  double sum = 0, squares = 0;
  for (const Point& point : s.children(500)) {
    for (const double x : point.values) {
      sum += x;
      squares += (x - 0.5) * (x - 0.5);
    }
  }
  EXPECT_NEAR(sum / 5000, 0.5, 0.01);
  EXPECT_NEAR(std::sqrt(squares / 5000), 0.1, 0.005);
}

TEST(Cmaes, StartsFromMeanAndSpreadOfTheBetterHalfOfTheBestElsewhere) {
  Setting s({"cmaes"}, floats(), 2);
  for (int i = 0; i < 40; ++i) s.finish(all_at(i < 10 ? 0.682 + 0.004 * i : 0.2 + 0.001 * i), i, 0);
  s.begin(all_at(0), 1).point.reset();
  s.history.set_trial(s.next);
  double sum = 0, squares = 0;
  for (std::uint64_t i = 0; i < 500; ++i) {
    Rng rng(2, {i});
    for (const double x : s.sampler->propose(s.history, s.box, 40, rng).values) {
      sum += x;
      squares += (x - 0.7) * (x - 0.7);
    }
  }
  // Ten points around their mean, and the usual 0.3 as one more; a little is cut off by the bounds.
  EXPECT_NEAR(sum / 5000, 0.7, 0.01);
  EXPECT_NEAR(std::sqrt(squares / 5000), std::sqrt((82.5 * 0.004 * 0.004 + 0.3 * 0.3) / 11), 0.01);
}

TEST(Cmaes, ReachesTheOptimumOfSphereAndRosenbrock) {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    EXPECT_LT(regret_after(sphere(10), {"cmaes"}, 2000, seed), 1e-8);
    EXPECT_LT(regret_after(rosenbrock(5), {"cmaes"}, 3500, seed), 1e-8);
  }
}

// Losses that never differ: it begins anew, elsewhere and with the first spread.
TEST(Cmaes, BeginsAnewWhenItStagnates) {
  for (const bool restart : {true, false}) {
    Setting s({"cmaes", {{"restart", restart}}});
    for (int number = 0; number < 620; ++number) {
      Rng rng(1, {static_cast<std::uint64_t>(number)});
      const Point point = s.sampler->propose(s.history, s.box, number, rng);
      double loss = 0;
      for (const double x : point.values) loss += std::abs(x - 0.2);
      s.begin(point).tag.generation = number / 10;
      s.next.state = TrialState::kFinished;
      s.next.loss = number < 200 ? loss : 0;
      s.history.set_trial(s.next);
    }
    double squares = 0;
    const std::vector<Point> points = s.children(200);
    for (std::size_t i = 0; i < kFloats; ++i) {
      double mean = 0;
      for (const Point& point : points) mean += point.values[i] / 200;
      for (const Point& point : points) squares += std::pow(point.values[i] - mean, 2) / (200 * kFloats);
    }
    EXPECT_EQ(std::sqrt(squares) > 0.12, restart) << std::sqrt(squares);  // 0.3, cut off at the bounds
  }
}

CmaAxes one_rounded(int values) {
  CmaAxes axes;
  axes.rounded = {0, 1};
  axes.choices = {3};
  axes.cell = [values](std::size_t, double unit) {
    const double cell = std::clamp(std::floor(unit * values), 0.0, values - 1.0);
    return UnitRange{cell / values, (cell + 1) / values};
  };
  return axes;
}

// However often the same point wins, each rounded number keeps its chance, and each choice its share.
TEST(CmaModel, KeepsAMarginForOtherValuesAndChoices) {
  for (const int values : {2, 7}) {
    for (const int winner : {0, values / 2, values - 1}) {
      const CmaAxes axes = one_rounded(values);
      CmaModel model(axes, {0.5, 0.5}, {0.3, 0.3}, {{0.2, 0.3, 0.5}});
      constexpr double kWidth = 6;
      for (int generation = 0; generation < 200; ++generation) {
        const double low = static_cast<double>(winner) / values;
        const CmaPoint point{{{0.3, 0.3}, {low, low + 1.0 / values}}, {1}};
        std::vector<CmaPoint> points(6, point);
        std::vector<Rng> streams;
        for (std::uint64_t i = 0; i < 6; ++i) streams.emplace_back(1, std::initializer_list<std::uint64_t>{i});
        model.learn(axes, points, 6, streams);
      }
      const UnitRange cell = axes.cell(1, model.mean()[1]);
      EXPECT_NEAR(cell.low, static_cast<double>(winner) / values, 1e-9);
      const double spread = model.deviation(1), alpha = 1 / (6.0 * 3);
      const double below = winner == 0 ? 0 : normal_cdf((cell.low - model.mean()[1]) / spread);
      const double above = winner == values - 1 ? 0 : normal_cdf((model.mean()[1] - cell.high) / spread);
      EXPECT_GT(below + above, 0.9 * alpha) << values << " " << winner;
      EXPECT_LT(below + above, kWidth * alpha) << values << " " << winner;
      const auto& shares = model.shares()[0];
      EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-12);
      EXPECT_NEAR(shares[0], (1 - 0.73) / 2, 1e-9);
      EXPECT_NEAR(shares[1], 0.73, 1e-9);
    }
  }
}

TEST(CmaModel, MovesTowardsTheBetterHalfByTheirWeights) {
  CmaAxes axes;
  axes.rounded = {0};
  CmaModel model(axes, {0.5}, {0.2}, {});
  const std::vector<CmaPoint> ranked = {{{{0.6, 0.6}}, {}}, {{{0.4, 0.4}}, {}}, {{{0.1, 0.1}}, {}}, {{{0.9, 0.9}}, {}}};
  std::vector<Rng> streams(4, Rng(1));
  model.learn(axes, ranked, 4, streams);
  const double first = std::log(2.5), second = std::log(2.5) - std::log(2.0);
  EXPECT_NEAR(model.mean()[0], (first * 0.6 + second * 0.4) / (first + second), 1e-12);
}

TEST(CmaModel, ADistantPointMovesItNoFartherThanADraw) {
  CmaAxes axes;
  axes.rounded = {0};
  CmaModel model(axes, {0.1}, {0.01}, {});
  const std::vector<CmaPoint> ranked(2, CmaPoint{{{0.9, 0.9}}, {}});
  std::vector<Rng> streams(2, Rng(1));
  model.learn(axes, ranked, 2, streams);
  EXPECT_NEAR(model.mean()[0], 0.1 + 0.01 * (1 + 2.0 / 3), 1e-12);  // sqrt(n) + 2 n / (n + 2) deviations
}

}  // namespace
}  // namespace crescendo
