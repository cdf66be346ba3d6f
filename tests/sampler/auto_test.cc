#include <gtest/gtest.h>

#include "crescendo/error.h"
#include "tests/sampler/setting.h"

namespace crescendo {
namespace {

Space space_of(int parameters) {
  Json made = Json::array();
  for (int i = 0; i < parameters; ++i) {
    made.push_back({{"name", "x" + std::to_string(i)}, {"type", "float"}, {"low", 0}, {"high", 1}});
  }
  return parse_space(made);
}

/// What a sampler proposes for trial `number` when 20 have ended.
Point proposal(const Named& sampler, int parameters, int number) {
  Setting s(sampler, space_of(parameters));
  Rng rng(1);
  for (int i = 0; i < 20; ++i) {
    const Point point = random_point(s.study.space, rng);
    s.finish(point, point.values[0]);
  }
  return s.propose(1, number);
}

TEST(Auto, PointsAreOfGpAndEveryFourthOfSmacThenAllOfTpe) {
  for (const int number : {0, 20, 21, 22, 24, 498}) {
    EXPECT_EQ(proposal({"auto"}, 3, number), proposal({"gp"}, 3, number)) << number;
  }
  for (const int number : {23, 27, 499}) {
    EXPECT_EQ(proposal({"auto"}, 3, number), proposal({"smac"}, 3, number)) << number;
  }
  EXPECT_EQ(proposal({"auto"}, 3, 500), proposal({"tpe"}, 3, 500));
  EXPECT_FALSE(proposal({"gp"}, 3, 20) == proposal({"smac"}, 3, 20));
  EXPECT_FALSE(proposal({"gp"}, 3, 20) == proposal({"tpe"}, 3, 20));
}

TEST(Auto, WideSpacesAreLeftToTpe) {
  EXPECT_EQ(proposal({"auto"}, 100, 20), proposal({"gp"}, 100, 20));
  EXPECT_EQ(proposal({"auto"}, 101, 20), proposal({"tpe"}, 101, 20));
}

TEST(Auto, EachOptionReachesTheRule) {
  EXPECT_EQ(proposal({"auto", {{"gp_trials", 30.0}}}, 3, 30), proposal({"tpe"}, 3, 30));
  EXPECT_EQ(proposal({"auto", {{"gp_parameters", 2.0}}}, 3, 20), proposal({"tpe"}, 3, 20));
  EXPECT_EQ(proposal({"auto", {{"forest_every", 0.0}}}, 3, 23), proposal({"gp"}, 3, 23));
  EXPECT_EQ(proposal({"auto", {{"forest_every", 3.0}}}, 3, 20), proposal({"smac"}, 3, 20));
}

std::string reason_for(const Named& sampler, int parameters, int trials) {
  return sampler_reason(Setting::make_study(space_of(parameters), sampler, trials, 1, 1));
}

TEST(Auto, SaysInOneSentenceWhosePointsTheStudyGets) {
  EXPECT_EQ(reason_for({"auto"}, 3, 500), "gp, one point in 4 from smac, because the space has 3 parameters (at most 100)");
  EXPECT_EQ(reason_for({"auto", {{"forest_every", 0.0}}}, 1, 501),
            "gp, because the space has 1 parameter (at most 100); after 500 trials from tpe, which stays quick");
  EXPECT_EQ(reason_for({"auto"}, 101, 60),
            "tpe, because gp is for at most 100 parameters and 500 trials and the space has 101 parameters");
  EXPECT_EQ(reason_for({"auto", {{"gp_trials", 0.0}}}, 1, 60),
            "tpe, because gp_trials = 0 leaves gp out");
  EXPECT_EQ(reason_for({"gp"}, 3, 60), "");
  EXPECT_THROW(reason_for({"atuo"}, 3, 60), Error);
}

}  // namespace
}  // namespace crescendo
