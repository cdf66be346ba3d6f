#include "sampler/tpe_split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/fakes.h"

namespace crescendo {
namespace {

struct SplitTrial {
  int row;
  double weight;
};

struct Split {
  std::vector<SplitTrial> good, bad;
};

Split split(const std::vector<Observation>& seen, const GoodShare& share, int enough) {
  SplitTrials trials;
  for (const Observation& o : seen) trials.add(o);
  const std::vector<int> good = trials.good(share);
  const RungWeights weight = trials.weights(enough);
  Split halves;
  for (const Observation& o : seen) {
    const bool is_good = std::binary_search(good.begin(), good.end(), o.row);
    (is_good ? halves.good : halves.bad).push_back({o.row, weight(o.rungs_away)});
  }
  return halves;
}

std::set<int> numbers(const std::vector<SplitTrial>& trials) {
  std::set<int> result;
  for (const SplitTrial& t : trials) result.insert(t.row);
  return result;
}

class SplitTest : public testing::Test {
 protected:
  void add(double loss, int rung = 2, Standing standing = Standing::kFinished, double tie = 0) {
    const int number = static_cast<int>(seen_.size());
    seen_.push_back({&point_, standing, loss, tie, number, number, -1, rung, std::abs(2 - rung), number});
  }

  Point point_;
  std::vector<Observation> seen_;
};

TEST(GoodShare, IsATenthUpToTwentyFiveOrAQuarterOfTheRoot) {
  const GoodShare optuna, hyperopt{0.25, true, 25};
  for (int n = 1; n <= 1000; ++n) {
    EXPECT_EQ(optuna.count(n), std::min((n + 9) / 10, 25)) << n;
    int expected = 0;  // the least k with k >= sqrt(n) / 4
    while (16 * expected * expected < n) ++expected;
    EXPECT_EQ(hyperopt.count(n), std::min(expected, 25)) << n;
  }
  EXPECT_EQ(hyperopt.count(100'000), 25);
}

TEST_F(SplitTest, TheBestAreGoodWithTiesBrokenByTieAndAge) {
  for (int i = 0; i < 20; ++i) add(1 + i % 3);
  seen_[6].tie = -1;
  const Split halves = split(seen_, {}, 10);
  EXPECT_EQ(numbers(halves.good), (std::set<int>{0, 6}));
  EXPECT_EQ(halves.bad.size(), 18u);
}

TEST_F(SplitTest, FailedTrialsCountButAreNeverGoodAndRunningOnesDoNotCount) {
  for (int i = 0; i < 9; ++i) add(i);
  for (int i = 0; i < 2; ++i) add(-100, 2, Standing::kFailed);
  for (int i = 0; i < 50; ++i) add(-100, 2, Standing::kPending);
  EXPECT_EQ(numbers(split(seen_, {}, 10).good), (std::set<int>{0, 1}));  // ceil(0.1 * 11)
  EXPECT_EQ(split(seen_, {}, 10).bad.size(), 59u);
}

TEST_F(SplitTest, NothingFinishedMeansNothingGood) {
  for (int i = 0; i < 30; ++i) add(0, 2, Standing::kFailed);
  EXPECT_TRUE(split(seen_, {}, 10).good.empty());
  EXPECT_TRUE(split({}, {}, 10).bad.empty());
}

TEST_F(SplitTest, RungsAreRankedAmongThemselves) {
  for (int i = 0; i < 10; ++i) add(10 + i, 2);
  for (int i = 0; i < 20; ++i) add(i, 1);  // lower losses, of another fidelity
  EXPECT_EQ(numbers(split(seen_, {}, 10).good), (std::set<int>{0, 10, 11}));
}

TEST_F(SplitTest, OtherRungsWeighInFullUntilThereIsOneWithEnough) {
  for (int i = 0; i < 4; ++i) add(i, 2);
  for (int i = 0; i < 12; ++i) add(i, 1);
  for (int i = 0; i < 12; ++i) add(i, 0);
  const Split halves = split(seen_, {}, 10);
  for (const auto* side : {&halves.good, &halves.bad}) {
    for (const SplitTrial& t : *side) EXPECT_EQ(t.weight, t.row < 16 ? 1 : 0.5);
  }
}

TEST_F(SplitTest, OtherRungsFadeAsTheOwnOneGrows) {
  for (int i = 0; i < 40; ++i) add(i, 2);
  for (int i = 0; i < 20; ++i) add(i, 1);
  for (int i = 0; i < 20; ++i) add(i, 0);
  const Split halves = split(seen_, {}, 10);
  for (const auto* side : {&halves.good, &halves.bad}) {
    for (const SplitTrial& t : *side) {
      EXPECT_DOUBLE_EQ(t.weight, t.row < 40 ? 1 : t.row < 60 ? 0.5 * 10 / 40 : 0.25 * 10 / 40);
    }
  }
}

TEST_F(SplitTest, AllRungsTogetherHaveAtMostTwentyFiveGoodOnes) {
  for (int i = 0; i < 200; ++i) add(i, 2);
  for (int i = 0; i < 200; ++i) add(i, 1);
  const Split halves = split(seen_, {}, 10);
  EXPECT_EQ(halves.good.size(), 25u);
  int own = 0;
  for (const SplitTrial& t : halves.good) own += t.row < 200;
  EXPECT_EQ(own, 20);
}

TEST_F(SplitTest, WhatWasRemovedWasNeverThere) {
  for (int i = 0; i < 40; ++i) add(i % 7, 1 + i % 2, i % 5 == 0 ? Standing::kFailed : Standing::kFinished);
  SplitTrials trials, fewer;
  for (const Observation& o : seen_) trials.add(o);
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (i % 3 == 0) {
      trials.remove(seen_[i]);
    } else {
      fewer.add(seen_[i]);
    }
  }
  EXPECT_EQ(trials.good({}), fewer.good({}));
  EXPECT_EQ(trials.finished(), fewer.finished());
  for (int distance = 0; distance < 3; ++distance) {
    EXPECT_EQ(trials.weights(5)(distance), fewer.weights(5)(distance));
  }
}

TEST(Observations, OfEachPointTheNearestEndedExecutionIsKept) {
  const Study study = small_study(60);  // three rungs
  History history(std::make_shared<const Study>(study));
  const auto add = [&](int rung, std::optional<int> parent, TrialState state) {
    Trial trial;
    trial.number = static_cast<int>(history.trials().size());
    trial.rung = rung;
    trial.parent = parent;
    trial.state = state;
    trial.point = Point{std::vector<double>(study.space.size(), kInactive)};
    history.set_trial(trial);
    return trial.number;
  };
  const int low = add(0, {}, TrialState::kFinished);
  const int middle = add(1, low, TrialState::kFinished);
  const int high = add(2, middle, TrialState::kRunning);
  const int alone = add(0, {}, TrialState::kRunning);
  const auto kept = [&](int number) {
    std::set<int> result;
    for (const Observation& o : one_for_each_point(observations(history, number))) result.insert(o.trial);
    return result;
  };
  EXPECT_EQ(kept(100), (std::set<int>{middle, alone}));  // for the top rung
  add(0, {}, TrialState::kRunning);                      // number 4, for the lowest rung
  EXPECT_EQ(kept(4), (std::set<int>{low, alone}));
  Trial done = history.trial(high);
  done.state = TrialState::kFinished;
  history.set_trial(done);
  add(1, {}, TrialState::kRunning);  // number 5
  EXPECT_TRUE(kept(5).contains(middle));
  EXPECT_TRUE(kept(100).contains(high));
}

}  // namespace
}  // namespace crescendo
