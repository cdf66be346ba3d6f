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

void expect_same(const TrialColumns& memo, const Space& space, const History& history) {
  const auto seen = observations(history, 1 << 20);
  TrialColumns fresh;
  fresh.update(space, seen);
  for (std::size_t p = 0; p < space.size(); ++p) {
    std::vector<Observed> of_history;
    for (const Observed& o : memo.ascending(p)) {
      if (o.kernel < history.trials().size()) of_history.push_back(o);
    }
    const auto& expected = fresh.ascending(p);
    ASSERT_EQ(of_history.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      ASSERT_EQ(of_history[i].at, expected[i].at);
      ASSERT_EQ(of_history[i].kernel, expected[i].kernel);
    }
    for (const Observation& o : seen) {
      const double a = memo.at(p, o.trial), b = fresh.at(p, o.trial);
      ASSERT_TRUE(a == b || (std::isnan(a) && std::isnan(b)));
    }
  }
}

TEST(TrialColumns, AreThoseOfAFreshObjectWhateverWasSeenBefore) {
  const Space space = mixed_space();
  TrialColumns memo;
  for (const std::uint64_t seed : {1u, 2u, 1u}) {
    for (const int trials : {0, 1, 2, 30, 31, 29, 33, 100}) {
      const History history = finished_history(space, trials, seed);
      memo.update(space, observations(history, 1 << 20));
      expect_same(memo, space, history);
    }
  }
  const Problem other = mixed10();
  const History history = finished_history(other.space, 20, 3);
  memo.update(other.space, observations(history, 1 << 20));
  expect_same(memo, other.space, history);
}

TEST(TrialColumns, GroupsAreTheParametersThatAreActiveTogether) {
  const Problem problem = branches();
  const History history = finished_history(problem.space, 40, 1);
  TrialColumns columns;
  columns.update(problem.space, observations(history, 100));
  std::vector<int> all, left;
  for (const Trial& trial : history.trials()) {
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
