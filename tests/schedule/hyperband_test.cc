#include "schedule/hyperband.h"

#include <gtest/gtest.h>

#include <map>

#include "crescendo/error.h"
#include "schedule/budget.h"
#include "tests/play_schedule.h"

namespace crescendo {
namespace {

std::vector<std::vector<int>> sizes(int top, BracketSizes rounding) {
  std::vector<std::vector<int>> found;
  for (int number = 0; number <= top; ++number) found.push_back(hyperband_plan(number, top, 3, rounding).sizes);
  return found;
}

TEST(Hyperband, BracketSizesAreThePapers) {
  // Li et al. 2018, table 1 (R = 81, eta = 3).
  EXPECT_EQ(sizes(4, BracketSizes::kPaper),
            (std::vector<std::vector<int>>{{81, 27, 9, 3, 1}, {34, 11, 3, 1}, {15, 5, 1}, {8, 2}, {5}}));
}

TEST(Hyperband, OrThoseOfHpBandSter) {
  EXPECT_EQ(sizes(4, BracketSizes::kHpBandSter),
            (std::vector<std::vector<int>>{{81, 27, 9, 3, 1}, {27, 9, 3, 1}, {9, 3, 1}, {6, 2}, {5}}));
}

TEST(Hyperband, BracketsCycleFromTheMostAggressive) {
  for (int number = 0; number < 12; ++number) {
    EXPECT_EQ(hyperband_plan(number, 4, 3, BracketSizes::kPaper).first_rung, number % 5) << number;
  }
}

TEST(Hyperband, TagsTellEachBracketsPlan) {
  const History history = play(small_study(200, 3, "hyperband"), {4, 1}, kNoCheck);
  std::map<std::tuple<int, int>, std::vector<int>> slots;  // of bracket and rung
  for (const Trial& trial : history.trials()) slots[{trial.tag.bracket, trial.rung}].push_back(trial.tag.slot);
  for (int bracket = 0; bracket < 21; ++bracket) {  // 22 trials make three brackets; the last ones may be cut short
    const BracketPlan plan = hyperband_plan(bracket, 2, 3, BracketSizes::kPaper);
    for (int rung = 0; rung <= 2; ++rung) {
      std::vector<int> expected;
      if (rung >= plan.first_rung) {
        for (int i = 0; i < plan.sizes[static_cast<std::size_t>(rung - plan.first_rung)]; ++i) expected.push_back(i);
      }
      EXPECT_EQ((slots[{bracket, rung}]), expected) << "bracket " << bracket << ", rung " << rung;
    }
  }
}

TEST(Hyperband, PromotesTheBestOfItsOwnBracket) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    play(small_study(150, 3, "hyperband"), {5, seed, 0.2, 0.1, 0.1}, [](const History& history, const Step& step) {
      const auto* promote = std::get_if<Promote>(&step);
      if (!promote) return;
      const Trial& parent = history.trial(promote->parent);
      EXPECT_EQ(parent.tag.bracket, promote->tag.bracket);
      EXPECT_EQ(parent.rung + 1, promote->rung);
      for (const Trial& other : history.trials()) {
        if (other.tag.bracket != parent.tag.bracket || other.rung != parent.rung) continue;
        EXPECT_NE(other.state, TrialState::kRunning) << "a rung changes when all below have ended";
        if (other.state != TrialState::kFinished || other.stopped_early || !better(other, parent)) continue;
        EXPECT_FALSE(history.children(other.number).empty()) << "a better one was passed over";
      }
    });
  }
}

TEST(Hyperband, NeverWaitsWhileBudgetIsLeft) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    play(small_study(150, 3, "hyperband"), {40, seed, 0.2, 0.1, 0.1}, [](const History& history, const Step& step) {
      if (std::holds_alternative<Wait>(step)) {
        EXPECT_EQ(trials_left(history), 0);
      }
    });
  }
}

TEST(Hyperband, RefusesSizesThatItDoesNotKnow) {
  Study study = small_study(10, 3, "hyperband");
  study.schedule.options["sizes"] = "large";
  EXPECT_THROW(make_schedule(study), Error);
}

}  // namespace
}  // namespace crescendo
