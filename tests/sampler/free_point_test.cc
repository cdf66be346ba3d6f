#include "sampler/free_point.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <map>

#include "crescendo/error.h"
#include "crescendo/sampler.h"
#include "space/encode.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

// Its first parameters as numbers in 0..1, their names a, b, ...
Space floats(int count, const Json& constraints) {
  Json list = Json::array();
  for (int i = 0; i < count; ++i) {
    list.push_back({{"name", std::string(1, static_cast<char>('a' + i))}, {"type", "float"}, {"low", 0}, {"high", 1}});
  }
  return parse_space(list, constraints);
}

// A million points, of which four are allowed.
Space million() {
  return parse_space(Json::parse(R"([{"name": "a", "type": "int", "low": 1, "high": 1000},
                                     {"name": "b", "type": "int", "low": 1, "high": 1000}])"),
                     {"not (a in [1, 2] and b > 2)", "not (a > 2)"});
}

TEST(UniformPoint, WithoutConstraintsIsOneDrawOfTheStream) {
  const Space space = mixed_space();
  Rng drawn(3), expected(3);
  std::vector<double> unit(space.size());
  for (double& u : unit) u = expected.uniform();
  EXPECT_EQ(uniform_point(space, whole(space), drawn), point_in_box(space, whole(space), unit));
  EXPECT_EQ(drawn.next(), expected.next());
}

// Thirds of the triangle a <= b along each side: the middle one of nine parts is as likely as any other whole part.
// Five standard deviations, so a false alarm is rarer than one in a million.
TEST(UniformPoint, IsUniformOverWhatIsAllowed) {
  const Space space = floats(2, {"a <= b"});
  Rng rng(4);
  std::map<std::pair<int, int>, int> counts;
  constexpr int kDraws = 9000;
  for (int i = 0; i < kDraws; ++i) {
    const Point point = uniform_point(space, whole(space), rng);
    ASSERT_LE(point.values[0], point.values[1]);
    ++counts[{static_cast<int>(3 * point.values[0]), static_cast<int>(3 * point.values[1])}];
  }
  for (const auto& [part, count] : counts) {
    const double share = part.first == part.second ? 1.0 / 9 : 2.0 / 9;
    EXPECT_NEAR(count, share * kDraws, 5 * std::sqrt(share * (1 - share) * kDraws));
  }
}

TEST(UniformPoint, FindsEachOfFewAllowedPointsOfAFiniteSpace) {
  const Space space = million();
  Rng rng(5);
  std::map<std::vector<double>, int> counts;
  for (int i = 0; i < 60; ++i) {
    const Point point = uniform_point(space, whole(space), rng);
    ASSERT_TRUE(space.allowed(point.values));
    ++counts[point.values];
  }
  EXPECT_EQ(counts.size(), 4u);
}

TEST(UniformPoint, SaysThatTheConstraintsLeaveNoPoint) {
  const auto refusal = [](const Space& space, Box box, const std::string& reason) -> std::string {
    box.reason = reason;
    Rng rng(6);
    try {
      uniform_point(space, box, rng);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  const Space space = floats(2, {"a <= b"});
  Box low = whole(space);
  low.sides[0] = {0.8, 1, {}};
  low.sides[1] = {0, 0.7, {}};
  EXPECT_EQ(refusal(space, low, "a is at 0.8..1"),
            "the constraints leave no point in a part of the space (a is at 0.8..1) that 1000000 draws would find; "
            "widen its ranges or leave out a constraint");
  EXPECT_EQ(
      refusal(parse_space(to_json(tiny_space()), {"a > 3"}), whole(tiny_space()), ""),
      "the constraints leave no point in the space that 1000000 draws would find; widen its ranges or leave out a "
      "constraint");
}

TEST(FreePoint, IsTheOneAllowedPointThatDoesNotRun) {
  Study study = small_study(60, 1, "flat", million());
  for (int left = 0; left < 4; ++left) {
    History history(std::make_shared<const Study>(study));
    for (int cell = 0; cell < 4; ++cell) {
      if (cell == left) continue;
      Trial trial;
      trial.number = static_cast<int>(history.trials().size());
      trial.point = Point{{1.0 + cell % 2, 1.0 + cell / 2}};
      history.set_trial(trial);
    }
    const PendingPoints pending(history, 3);
    const auto draw = [&] { return *history.trial(0).point; };
    EXPECT_EQ(free_point(study.space, whole(study.space), pending, draw), (Point{{1.0 + left % 2, 1.0 + left / 2}}));
  }
}

TEST(Constraints, ThatLeaveNothingAreRefusedBeforeASearch) {
  const auto refusal = [](const Study& study) -> std::string {
    try {
      make_sampler(study);
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  Study study = small_study(60, 3, "ramp", floats(2, {"a <= b"}));
  EXPECT_EQ(refusal(study), "accepted");
  study.ladder[1].limits["a"] = {0.5, 1};
  study.ladder[1].limits["b"] = {0, 0.25};
  EXPECT_EQ(refusal(study),
            "the constraints leave no point in the limits of rung 2 that 100000 draws would find; widen the limits or "
            "leave out a constraint");
  study = small_study(60, 1, "flat", floats(2, {"a + b > 2"}));
  EXPECT_EQ(refusal(study),
            "the constraints leave no point in the space that 100000 draws would find; widen its ranges or leave out a "
            "constraint");
}

}  // namespace
}  // namespace crescendo
