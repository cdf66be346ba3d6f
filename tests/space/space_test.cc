#include "crescendo/space.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "space/encode.h"
#include "space/parse.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

std::string refusal(const std::string& json) {
  try {
    parse_space(Json::parse(json));
  } catch (const Error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Space, SaysWhichParameterBreaksWhichRule) {
  EXPECT_EQ(refusal(R"([{"name": "x", "type": "float", "low": 2, "high": 1}])"),
            "parameter 'x': low 2 is above high 1");
  EXPECT_EQ(refusal(R"([{"name": "x", "type": "float", "low": 0, "high": 1, "log": true}])"),
            "parameter 'x': a log scale needs low > 0, not 0");
  EXPECT_EQ(refusal(R"([{"name": "x", "type": "int", "low": 0.5, "high": 1}])"),
            "parameter 'x': 0.5 is not a whole number within +-2^53");
  EXPECT_EQ(refusal(R"([{"name": "x", "type": "real", "low": 0, "high": 1}])"),
            "parameter 'x': no type called 'real'; there are: float int categorical ordinal");
  EXPECT_EQ(refusal(R"([{"name": "x", "type": "categorical", "choices": [1, true]}])"),
            "parameter 'x': the choice true stands twice");
  EXPECT_EQ(refusal(R"([{"name": "x", "type": "float", "low": 0, "high": 1},
                        {"name": "x", "type": "float", "low": 0, "high": 1}])"),
            "two parameters are called 'x'");
  EXPECT_EQ(refusal(R"([{"name": "x", "type": "float", "low": 0, "high": 1, "active_when": "y == 1"},
                        {"name": "y", "type": "int", "low": 0, "high": 1}])"),
            "parameter 'x': its condition names 'y', which must be a parameter that stands before it");
  EXPECT_EQ(refusal(R"([{"name": "c", "type": "categorical", "choices": ["a", "b"]},
                        {"name": "x", "type": "float", "low": 0, "high": 1, "active_when": "c > a"}])"),
            "parameter 'x': 'c' is categorical and can only be compared by ==, != or in");
}

TEST(Space, AParameterIsActiveOnlyWhenAllItsConditionsHoldAndTheirParametersAreActive) {
  const Space space = mixed_space();
  const auto active = [&](Point point, const char* name) {
    space.deactivate(point);
    return !std::isnan(point.values[*space.find(name)]);
  };
  //               rate  layers units kind size drop deep
  EXPECT_TRUE(active({{0.01, 2, 16, 0, 0, 0, 0}}, "size"));
  EXPECT_FALSE(active({{0.01, 1, 16, 0, 0, 0, 0}}, "size"));
  EXPECT_FALSE(active({{0.01, 2, 16, 1, 0, 0, 0}}, "size"));
  EXPECT_TRUE(active({{0.01, 2, 16, 0, 0, 0, 0}}, "deep"));
  EXPECT_FALSE(active({{0.01, 2, 16, 0, 1, 0, 0}}, "deep"));  // size is 5
  EXPECT_FALSE(active({{0.01, 2, 16, 1, 0, 0, 0}}, "deep"));  // size is not active
}

TEST(Space, ConditionsReadWithEveryComparison) {
  EXPECT_EQ(to_text(parse_conditions("layers>=3").front()), "layers >= 3");
  EXPECT_EQ(to_text(parse_conditions("a != \"b c\"").front()), "a != 'b c'");
  EXPECT_EQ(parse_conditions("a == 1 and b < 2.5 and c == true").size(), 3u);
  for (const char* text : {"a == 'rock and roll'", "a != 'x==y'", "a == \"it's\""}) {
    ASSERT_EQ(parse_conditions(text).size(), 1u) << text;
    EXPECT_EQ(to_text(parse_conditions(text).front()), text);
  }
  EXPECT_THROW(parse_conditions("a"), Error);
  EXPECT_THROW(parse_conditions("== 3"), Error);
}

TEST(Space, AConditionThatCouldNeverHoldAndARangeThatOverflowsAreRefused) {
  const auto refusal = [](const std::string& of_b, const std::string& of_a = R"("low": 1, "high": 3)") {
    try {
      parse_space(Json::parse(R"([{"name": "a", "type": "float", )" + of_a + R"(},
                                  {"name": "b", "type": "float", "low": 0, "high": 1, "active_when": ")" +
                              of_b + R"("}])"));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(refusal("a == 7"), "parameter 'a' must be a number in 1..3, not 7");
  EXPECT_EQ(refusal("a in [1, 7]"), "parameter 'a' must be a number in 1..3, not 7");
  EXPECT_EQ(refusal("a == 2"), "accepted");
  EXPECT_EQ(refusal("a < 7"), "accepted");
  EXPECT_NE(refusal("a < 7", R"("low": -1e308, "high": 1e308)").find("too wide"), std::string::npos);
}

TEST(Space, ComesBackFromJsonTheSame) {
  const Json json = to_json(mixed_space());
  EXPECT_EQ(to_json(parse_space(json)), json);
}

TEST(Space, PointsComeBackFromJsonTheSame) {
  const Space space = mixed_space();
  Rng rng(3);
  std::vector<double> unit(space.size());
  for (int i = 0; i < 200; ++i) {
    for (double& u : unit) u = rng.uniform();
    const Point point = point_in_box(space, whole(space), unit);
    EXPECT_NO_THROW(space.check(point));
    EXPECT_EQ(parse_point(space, Json::parse(to_line(point_to_json(space, point)))), point);
  }
}

TEST(Space, APointWithTooMuchOrTooLittleIsRefused) {
  const Space space = tiny_space();
  EXPECT_THROW(parse_point(space, Json::parse(R"({"a": 1})")), Error);
  EXPECT_THROW(parse_point(space, Json::parse(R"({"a": 4, "b": "x"})")), Error);
  EXPECT_THROW(parse_point(space, Json::parse(R"({"a": 1, "b": "z"})")), Error);
  EXPECT_THROW(parse_point(space, Json::parse(R"({"a": 1, "b": "x", "c": 1})")), Error);
}

TEST(Space, HighIsTheLastValueThatTheStepsReach) {
  const Space space = parse_space(Json::parse(R"([{"name": "x", "type": "float", "low": 0, "high": 1, "step": 0.3}])"));
  EXPECT_NEAR(space[0].high, 0.9, 1e-12);
  EXPECT_EQ(from_unit(space[0], 1), space[0].high);
}

TEST(Encode, UniformDrawsAreUniformOverTheValuesOfAnInt) {
  const Space space = parse_space(Json::parse(R"([{"name": "x", "type": "int", "low": 3, "high": 11, "step": 2}])"));
  std::map<double, int> counts;
  for (int i = 0; i < 5000; ++i) ++counts[from_unit(space[0], (i + 0.5) / 5000)];
  ASSERT_EQ(counts.size(), 5u);
  for (const auto& [value, count] : counts) EXPECT_EQ(count, 1000) << value;
}

TEST(Encode, EveryValueComesBack) {
  const Space space = mixed_space();
  for (const Parameter& p : space.parameters()) {
    if (!p.choices.empty()) continue;
    for (int i = 0; i <= 1000; ++i) {
      const double value = from_unit(p, i / 1000.0);
      EXPECT_GE(value, p.low);
      EXPECT_LE(value, p.high);
      const double again = from_unit(p, to_unit(p, value));
      EXPECT_NEAR(again, value, 1e-12 * std::abs(value)) << p.name;
    }
  }
}

TEST(Encode, LogScalesGiveEqualRatiosEqualParts) {
  const Parameter rate = mixed_space()[0];
  EXPECT_NEAR(from_unit(rate, 1.0 / 3), 1e-3, 1e-9);
  EXPECT_NEAR(from_unit(rate, 2.0 / 3), 1e-2, 1e-8);
}

TEST(Box, HoldsWhatIsDrawnFromItAndComesBackFromJson) {
  const Space space = mixed_space();
  const Box box = parse_box(space, Json::parse(R"({"rate": [0.001, 0.02], "layers": [2, 3], "kind": ["sgd", true],
                                                   "drop": [0.1, 0.2]})"));
  EXPECT_EQ(parse_box(space, box_to_json(space, box)).sides, box.sides);
  Rng rng(5);
  std::vector<double> unit(space.size());
  for (int i = 0; i < 500; ++i) {
    for (double& u : unit) u = rng.uniform();
    const Point point = point_in_box(space, box, unit);
    EXPECT_TRUE(box.contains(point));
    EXPECT_NO_THROW(space.check(point));
  }
}

}  // namespace
}  // namespace crescendo
