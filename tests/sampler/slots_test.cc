#include "sampler/slots.h"

#include <gtest/gtest.h>

#include "tests/sampler/setting.h"

namespace crescendo {
namespace {

TEST(Slots, TrialsHoldThemInTurnAndTheBestOfEachStays) {
  Setting s({"random"});
  for (const double loss : {3.0, 1.0, 2.0, 5.0, 0.5}) s.finish(all_at(loss / 10), loss);  // slots 0 1 2 0 1
  const Slots slots(s.history, 0, 3);
  EXPECT_EQ(slots.best(-1), (std::vector<int>{0, 4, 2}));
  EXPECT_EQ(slots.best(4), (std::vector<int>{0, 1, 2}));
  EXPECT_EQ(*slots.best_of(1, -1), all_at(0.05));
  EXPECT_EQ(slots.place(5), 5u);
  EXPECT_EQ(slots.slot(5), 2u);
}

TEST(Slots, OfTwoAsGoodTheLaterOneStays) {
  Setting s({"random"});
  for (int i = 0; i < 4; ++i) s.finish(all_at(0.1 * i), 1);
  EXPECT_EQ(Slots(s.history, 0, 2).best(-1), (std::vector<int>{2, 3}));
}

TEST(Slots, FailedRunningAndRepeatedTrialsAndThoseFromWeightsDoNotCompete) {
  Setting s({"random"});
  s.fail(all_at(0.1));
  s.history.set_trial(s.begin(all_at(0.2)));
  s.begin(all_at(0.3)).state = TrialState::kFinished;
  s.next.tag.repeat = 1;
  s.history.set_trial(s.next);
  s.begin(all_at(0.4)).state = TrialState::kFinished;
  s.next.tag.warm = 1;
  s.history.set_trial(s.next);
  EXPECT_EQ(Slots(s.history, 0, 1).best(-1), (std::vector<int>{-1}));
  s.finish(all_at(0.5), NAN);
  EXPECT_EQ(Slots(s.history, 0, 1).best_of(0, -1), nullptr);
}

TEST(Slots, ThePathLeadsBackThroughTheSlotsPoints) {
  Setting s({"random"});
  for (int i = 0; i < 5; ++i) s.finish(all_at(0.1 * i), i);
  const auto path = Slots(s.history, 0, 2).path(6, 2);
  ASSERT_EQ(path.size(), 2u);
  EXPECT_EQ(*path[0], all_at(0.4));
  EXPECT_EQ(*path[1], all_at(0.2));
  EXPECT_TRUE(Slots(s.history, 0, 2).path(1, 2).empty());
}

}  // namespace
}  // namespace crescendo
