#include "images/fit.h"

#include <gtest/gtest.h>

#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

TEST(Fit, IsFoundByItsName) {
  for (const Fit fit : {Fit::kCrop, Fit::kPad}) EXPECT_EQ(find_fit(fit_name(fit)), fit);
  EXPECT_EQ(find_fit("pad"), Fit::kPad);
}

TEST(Fit, OfAnotherNameIsRefused) {
  EXPECT_EQ(error_of([] { find_fit("stretch"); }), "bad input: no fit called 'stretch'; there are: crop pad");
}

TEST(Fit, GoesByTheShorterSideToCropAndByTheLongerOneToPad) {
  EXPECT_EQ(fitted_side_px(30, 20, Fit::kCrop), 20);
  EXPECT_EQ(fitted_side_px(20, 30, Fit::kCrop), 20);
  EXPECT_EQ(fitted_side_px(30, 20, Fit::kPad), 30);
  EXPECT_EQ(fitted_side_px(20, 30, Fit::kPad), 30);
}

}  // namespace
}  // namespace crescendo
