#include "study/names.h"

#include <gtest/gtest.h>

#include "crescendo/error.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

TEST(Names, OfTheLossIsTheFieldThatAProgramAnswers) {
  Study study = small_study(3);
  EXPECT_EQ(loss_name(study), "loss");
  study.objective.options["loss"] = std::string("reward");
  EXPECT_EQ(loss_name(study), "reward");
  study.objective.options["loss"] = 3.0;
  EXPECT_THROW(loss_name(study), Error);
  study.objective.name = "cnn";
  EXPECT_EQ(loss_name(study), "error");
}

}  // namespace
}  // namespace crescendo
