#include "cli/small_curve.h"

#include <gtest/gtest.h>

namespace crescendo {
namespace {

using Lines = std::vector<std::string>;

TEST(SmallCurve, FallsFromTheLargestAtTheTopToTheSmallestAtTheBottom) {
  const std::vector<CurveStep> steps = {{0, 9, true}, {5, 0}};
  EXPECT_EQ(draw_steps(steps, 10, 10, 3, false), (Lines{"'''''|", "     |", "     |____"}));
  EXPECT_EQ(draw_steps(steps, 10, 10, 3, true), (Lines{"⠉⠉⠉⠉⠉⡇", "     ⡇", "     ⣇⣀⣀⣀⣀"}));
}

TEST(SmallCurve, NothingJoinsWhatBeginsAnewToWhatWasBefore) {
  const std::vector<CurveStep> steps = {{0, 1, true}, {5, 0, true}};
  EXPECT_EQ(draw_steps(steps, 10, 10, 2, false), (Lines{"''''''", "     _____"}));
}

TEST(SmallCurve, BeginsWhereItsFirstStepDoesAndIsInTheMiddleIfItIsFlat) {
  EXPECT_EQ(draw_steps(std::vector<CurveStep>{{5, 3, true}}, 10, 10, 3, false), (Lines{"", "     -----", ""}));
  EXPECT_EQ(draw_steps(std::vector<CurveStep>{{0, 3, true}}, 0, 4, 1, false), Lines{"----"});
}

}  // namespace
}  // namespace crescendo
