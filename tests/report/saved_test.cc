#include "report/saved.h"

#include <gtest/gtest.h>

#include "tests/report/made_history.h"

namespace crescendo {
namespace {

TEST(Saved, IsTheTimeTimesTheMedianRatioOfEachStep) {
  MadeHistory made(small_study(20, 3));
  for (const double factor : {2.0, 3.0, 10.0}) {  // median 3
    const int low = made.finish(0, 1, 4);
    made.finish(1, 1, 4 * factor, low);
  }
  const int middle = made.finish(1, 1, 5);
  made.finish(2, 1, 25, middle);  // ratio 5
  made.finish(0, 1, 4);           // never promoted
  const auto found = saved(made.history());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->measured, 4);
  EXPECT_DOUBLE_EQ(found->seconds, 4 * 4 + 8 + 12 + 40 + 5 + 25);
  EXPECT_DOUBLE_EQ(found->top_seconds, 4 * 4 * 15 + (8 + 12 + 40 + 5) * 5 + 25);
}

TEST(Saved, CountsATrialThatWentOnFromItsParentFromTheFirstEpoch) {
  Study study = small_study(20, 2);
  study.continues = true;
  MadeHistory made(std::move(study));
  const int low = made.finish(0, 1, 4);
  made.finish(1, 1, 8, low);  // 12 in all: a ratio of 3
  made.finish(0, 1, 6);
  const auto found = saved(made.history());
  ASSERT_TRUE(found);
  EXPECT_DOUBLE_EQ(found->seconds, 18);
  EXPECT_DOUBLE_EQ(found->top_seconds, 4 * 3 + 12 + 6 * 3);
}

TEST(Saved, RestsOnlyOnPairsThatBothRanInFull) {
  MadeHistory made(small_study(20, 2));
  const int low = made.finish(0, 1, 4);
  Trial cut = made.begin(1, low);
  cut.state = TrialState::kFinished;
  cut.stopped_early = true;
  cut.seconds = 1;
  made.end(cut);
  EXPECT_FALSE(saved(made.history()));
  made.finish(1, 1, 8, low);
  Trial repeat = made.begin(1, low + 2);
  repeat.tag.repeat = 1;
  repeat.state = TrialState::kFinished;
  repeat.seconds = 100;
  made.end(repeat);  // at the same rung: no step
  const auto found = saved(made.history());
  ASSERT_TRUE(found);
  EXPECT_EQ(found->measured, 1);
  EXPECT_DOUBLE_EQ(found->top_seconds, 4 * 2 + 1 + 8 + 100);
}

TEST(Saved, IsUnknownWhereAStepThatIsNeededHasNoPair) {
  MadeHistory one(small_study(20, 1));
  one.finish(0, 1);
  EXPECT_FALSE(saved(one.history()));
  EXPECT_FALSE(saved(MadeHistory(small_study(20, 3)).history()));
  MadeHistory unfinished(small_study(20, 3));
  const int low = unfinished.finish(0, 1);
  unfinished.finish(1, 1, 2, low);  // nothing was promoted to the top
  EXPECT_FALSE(saved(unfinished.history()));
  MadeHistory upper(small_study(20, 3));
  const int middle = upper.finish(1, 1);
  upper.finish(2, 1, 2, middle);  // no trial below needs the lowest step
  EXPECT_TRUE(saved(upper.history()));
}

}  // namespace
}  // namespace crescendo
