#include <gtest/gtest.h>

#include <map>
#include <set>

#include "crescendo/error.h"
#include "crescendo/sampler.h"
#include "sampler/point_grid.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

TEST(Grid, TriesEveryPointOnceThenBeginsAgain) {
  Study study = small_study(60, 1, "flat", tiny_space());
  study.sampler = {"grid"};
  const auto sampler = make_sampler(study);
  History history(std::make_shared<const Study>(study));
  Rng rng(1);
  std::map<std::vector<double>, int> uses;
  for (int number = 0; number < 18; ++number) {
    Trial trial;
    trial.number = number;
    trial.state = TrialState::kFinished;
    trial.point = sampler->propose(history, whole(study.space), number, rng);
    EXPECT_EQ(++uses[trial.point->values], 1 + number / 6) << number;
    history.set_trial(trial);
  }
}

TEST(Grid, ConditionalCellsThatAreOnePointAreTriedOnce) {
  Study study = small_study(60, 1, "flat", parse_space(Json::parse(R"([
      {"name": "on", "type": "categorical", "choices": [false, true]},
      {"name": "x", "type": "int", "low": 1, "high": 3, "active_when": "on == true"}])")));
  study.sampler = {"grid"};
  const auto sampler = make_sampler(study);
  History history(std::make_shared<const Study>(study));
  int off = 0;
  Rng rng(1);
  for (int number = 0; number < 4; ++number) {  // off, and on with 1, 2, 3
    Trial trial;
    trial.number = number;
    trial.state = TrialState::kFinished;
    trial.point = sampler->propose(history, whole(study.space), number, rng);
    off += trial.point->values[0] == 0;
    history.set_trial(trial);
  }
  EXPECT_EQ(off, 1);
}

TEST(Grid, TriesEveryAllowedCellOnceAndNoOther) {
  Study study =
      small_study(60, 1, "flat", parse_space(to_json(tiny_space()), {"not (a == 2)", "not (a == 1 and b == x)"}));
  study.sampler = {"grid"};
  const auto sampler = make_sampler(study);
  History history(std::make_shared<const Study>(study));
  Rng rng(1);
  std::map<std::vector<double>, int> uses;
  for (int number = 0; number < 9; ++number) {  // 1 y, 3 x and 3 y
    Trial trial;
    trial.number = number;
    trial.state = TrialState::kFinished;
    trial.point = sampler->propose(history, whole(study.space), number, rng);
    EXPECT_TRUE(study.space.allowed(trial.point->values));
    EXPECT_EQ(++uses[trial.point->values], 1 + number / 3) << number;
    history.set_trial(trial);
  }
}

TEST(Grid, DrawsWhereTheConstraintsLeaveNoCell) {
  Study study = small_study(60, 1, "flat", parse_space(to_json(bowl().space), {"x > 1", "x < 2"}));
  study.sampler = {"grid"};
  Rng rng(1);
  const Point point =
      make_sampler(study)->propose(History(std::make_shared<const Study>(study)), whole(study.space), 0, rng);
  EXPECT_NO_THROW(study.space.check(point));
}

TEST(PointGrid, ShowsTheEndsOfAFloatAndEveryValueOfAShortInt) {
  const Space space = parse_space(Json::parse(R"([
      {"name": "x", "type": "float", "low": 0.001, "high": 0.1, "log": true},
      {"name": "n", "type": "int", "low": 2, "high": 4}])"));
  const PointGrid grid(space, whole(space), 3);
  ASSERT_EQ(grid.size(), 9u);
  std::set<double> xs, ns;
  for (std::uint64_t cell = 0; cell < grid.size(); ++cell) {
    xs.insert(grid.point(cell).values[0]);
    ns.insert(grid.point(cell).values[1]);
  }
  EXPECT_EQ(ns, (std::set<double>{2, 3, 4}));
  ASSERT_EQ(xs.size(), 3u);
  EXPECT_EQ(*xs.begin(), 0.001);
  EXPECT_NEAR(*std::next(xs.begin()), 0.01, 1e-9);
  EXPECT_EQ(*xs.rbegin(), 0.1);
}

TEST(Grid, RefusesOptionsItDoesNotHave) {
  Study study = small_study(60);
  study.sampler = {"grid", {{"level", 2.0}}};
  EXPECT_THROW(make_sampler(study), Error);
  study.sampler = {"gird"};
  try {
    make_sampler(study);
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(),
                 "no sampler called 'gird'; there are: random grid quasi tpe smac genetic differential cmaes swarm "
                 "reinforce gp fabolas auto");
  }
}

}  // namespace
}  // namespace crescendo
