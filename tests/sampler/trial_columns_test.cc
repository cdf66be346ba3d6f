#include "sampler/trial_columns.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sampler/free_point.h"
#include "space/encode.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

History finished_history(const Space& space, int trials, std::uint64_t seed) {
  const Study study = small_study(60, 1, "flat", space);
  History history(std::make_shared<const Study>(study));
  Rng rng(seed);
  for (int number = 0; number < trials; ++number) {
    Trial trial;
    trial.number = number;
    trial.state = TrialState::kFinished;
    trial.loss = rng.uniform();
    trial.point = uniform_point(study.space, whole(study.space), rng);
    history.set_trial(trial);
  }
  return history;
}

TEST(TrialColumns, KeepEachTrialsPointAndRefuseAnother) {
  const Space space = mixed_space();
  const History history = finished_history(space, 20, 1);
  TrialColumns columns(space);
  for (const int trial : {7, 3, 12, 3}) EXPECT_TRUE(columns.add(trial, *history.trial(trial).point));
  EXPECT_FALSE(columns.add(7, *history.trial(8).point));
  EXPECT_TRUE(columns.is_point_of(7, *history.trial(7).point));
  for (std::size_t p = 0; p < space.size(); ++p) {
    const double value = history.trial(7).point->values[p], at = columns.at(p, 7);
    EXPECT_TRUE(std::isnan(value) ? std::isnan(at) : at == ParameterAxis(space[p]).at(value));
  }
}

TEST(TrialColumns, GroupsAreTheParametersThatAreActiveTogether) {
  const Problem problem = branches();
  const History history = finished_history(problem.space, 40, 1);
  TrialColumns columns(problem.space);
  std::vector<int> all, left;
  for (const Trial& trial : history.trials()) {
    columns.add(trial.number, *trial.point);
    all.push_back(trial.number);
    if (trial.point->values[0] == 0) left.push_back(trial.number);
  }
  // side, l, r, both
  EXPECT_EQ(columns.groups(problem.space, all), (std::vector<Group>{{0, 3}, {1}, {2}}));
  EXPECT_EQ(columns.groups(problem.space, left), (std::vector<Group>{{0, 1, 3}, {2}}));
  const Problem flat = mixed10();
  EXPECT_EQ(columns.groups(flat.space, {}).size(), 1u);
}

TEST(ParameterAxis, EveryValueOfFewOwnsTheCellItLiesIn) {
  const Space spaces[] = {steps().space, mixed10().space, mixed_space()};
  for (const Space& space : spaces) {
    for (const Parameter& p : space.parameters()) {
      const ParameterAxis axis(p);
      if (axis.axis().kind != Axis::Kind::kCells) continue;
      const auto& edges = axis.axis().edges;
      EXPECT_EQ(edges.front(), 0);
      EXPECT_EQ(edges.back(), 1);
      const Box::Side side = whole(space).sides[*space.find(p.name)];
      EXPECT_EQ(static_cast<int>(axis.range(side).positions.size()), axis.axis().positions());
      for (int cell = 0; cell < axis.axis().positions(); ++cell) {
        const double at = axis.at(axis.value(side, 0, cell));
        EXPECT_GT(at, edges[static_cast<std::size_t>(cell)]) << p.name;
        EXPECT_LT(at, edges[static_cast<std::size_t>(cell) + 1]) << p.name;
      }
    }
  }
}

TEST(ParameterAxis, ABoxNarrowsTheRangeNotTheCoordinates) {
  const Space space = mixed10().space;
  const ParameterAxis rate(space[0]), layers(space[4]), filters(space[6]);
  const AxisRange half = rate.range({1e-5, std::sqrt(1e-5), {}});
  EXPECT_NEAR(half.low, 0, 1e-12);
  EXPECT_NEAR(half.high, 0.5, 1e-12);
  EXPECT_EQ(layers.range({2, 4, {}}).positions, (std::vector<int>{1, 2, 3}));
  EXPECT_EQ(layers.value({2, 4, {}}, 0, 2), 3);
  EXPECT_TRUE(filters.rounds());
  EXPECT_FALSE(rate.rounds());
  const double value = filters.value({8, 512, {}}, 0.4321, 0);
  EXPECT_EQ(value, std::round(value));
}

}  // namespace
}  // namespace crescendo
