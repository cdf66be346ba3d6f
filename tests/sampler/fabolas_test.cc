#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "numeric/minimum_belief.h"
#include "sampler/samplers.h"
#include "tests/sampler/setting.h"

namespace crescendo {
namespace {

TEST(Fabolas, TheDefaultsAreThoseOfTheDocument) {
  std::map<std::string, std::string> standard;
  for (const OptionInfo& option : fabolas_sampler().options) standard[option.name] = option.standard;
  const std::map<std::string, std::string> expected = {
      {"startup", "10"},  {"candidates", "500"}, {"near", "0.3"},      {"spread", "0.1"},  {"representers", "50"},
      {"samples", "400"}, {"starts", "10"},      {"overhead", "0.05"}, {"unchecked", "2"}, {"most", "300"}};
  EXPECT_EQ(standard, expected);
  EXPECT_EQ(MinimumBelief::kOutcomes, 8);
}

double at_rung(const Point& point, int rung) {
  double sum = 0;
  for (const double x : point.values) sum += std::pow(x - 0.3, 2) + 0.02 * (2 - rung) * std::sin(9 * x);
  return sum;
}

/// Four numbers, three rungs, each ten times as dear as the one below; all but few trials are cheap ones.
Setting taught(Named named, int trials, double step = 10) {
  Setting s(range_of_floats(4, 0, 1), std::move(named), 100, 3);
  Rng rng(2);
  for (int i = 0; i < trials; ++i) {
    const int rung = i % 7 == 6 ? 2 : i % 2;
    const Point point = random_point(s.study.space, rng);
    s.begin(point, rung).state = TrialState::kFinished;
    s.next.loss = at_rung(point, rung);
    s.next.seconds = std::pow(step, rung);
    s.next.ended_revision = static_cast<std::uint64_t>(i) + 1;
    s.history.set_trial(s.next);
  }
  return s;
}

// Of a trial that is claimed with an open rung, or that settles.
Trial claimed(const Setting& s, bool settles) {
  Trial trial;
  trial.number = static_cast<int>(s.history.trials().size());
  trial.rung = s.study.top();
  trial.box = 0;
  (settles ? trial.tag.settle : trial.tag.open) = 1;
  return trial;
}

Proposal propose(const Setting& s, std::uint64_t stream, int number = 12) {
  Rng rng(1, {stream});
  return s.sampler->propose_with_rung(s.history, s.box, number, rng);
}

TEST(Fabolas, EachOptionReachesTheAlgorithm) {
  const auto proposals = [](const std::string& option, double value) {
    Named named{"fabolas", {{"starts", 2.0}, {"samples", 50.0}}};
    named.options[option] = value;
    const Setting s = taught(named, 30);
    std::vector<std::pair<std::vector<double>, int>> found;
    for (std::uint64_t stream = 0; stream < 6; ++stream) {
      const Proposal proposed = propose(s, stream, 30);
      found.emplace_back(proposed.point.values, *proposed.rung);
    }
    return found;
  };
  const auto standard = proposals("startup", 10);
  EXPECT_EQ(proposals("candidates", 500), standard);
  EXPECT_EQ(proposals("most", 34), standard);  // nine tenths of them are 31
  const std::map<std::string, double> others = {
      {"startup", 31},  {"candidates", 20}, {"near", 0},       {"spread", 0.3},  {"representers", 5},
      {"samples", 300}, {"starts", 10},     {"overhead", 1e6}, {"unchecked", 0}, {"most", 20}};
  for (const auto& [option, value] : others) EXPECT_NE(proposals(option, value), standard) << option;
}

TEST(Fabolas, TheFirstPointsTakeTheLowestRungsInTurnAndNeverTheTop) {
  for (const int rungs : {2, 3, 6}) {
    Setting s(floats(), {"fabolas"}, 100, rungs);
    std::map<int, int> counts;
    for (int number = 0; number < 9; ++number) {
      const Proposal proposed = propose(s, static_cast<std::uint64_t>(number), number);
      ++counts[*proposed.rung];
      s.finish(proposed.point, 0.1 * number, *proposed.rung);
    }
    const int lowest = std::min(3, rungs - 1);
    for (int rung = 0; rung < lowest; ++rung) EXPECT_GE(counts[rung], 9 / lowest) << rungs;
    EXPECT_EQ(counts[rungs - 1], 0) << rungs;
  }
}

TEST(Fabolas, AnOverheadThatDwarfsTheSecondsMakesRungsCostAlike) {
  const auto mean_rung = [](double overhead) {
    const Setting s = taught({"fabolas", {{"overhead", overhead}, {"unchecked", 1e9}}}, 20);
    double sum = 0;
    for (std::uint64_t stream = 0; stream < 10; ++stream) sum += *propose(s, stream, 20).rung / 10.0;
    return sum;
  };
  EXPECT_GT(mean_rung(1e6), mean_rung(0) + 0.5);
}

TEST(Fabolas, DearRungsAreTakenWhereTheyCostNoMore) {
  const auto mean_rung = [](double step) {
    const Setting s = taught({"fabolas", {{"unchecked", 1e9}}}, 20, step);
    double sum = 0;
    for (std::uint64_t stream = 0; stream < 10; ++stream) sum += *propose(s, stream, 20).rung / 10.0;
    return sum;
  };
  EXPECT_GT(mean_rung(1), mean_rung(10) + 0.8);
}

TEST(Fabolas, LooksAtTheTopOnceTwiceTheSecondsOfATrialThereWentBelow) {
  Setting s = taught({"fabolas"}, 14);  // the last one at the top; 1, 10 and 100 seconds
  ASSERT_EQ(s.history.trials().back().rung, 2);
  Rng rng(3);
  for (int ended = 0; ended < 19; ++ended) {
    s.begin(random_point(s.study.space, rng), 1).state = TrialState::kFinished;
    s.next.loss = at_rung(*s.next.point, 1);
    s.next.seconds = 10;
    s.next.ended_revision = static_cast<std::uint64_t>(s.next.number) + 1;
    s.history.set_trial(s.next);
  }
  EXPECT_LT(propose(s, 1, 33).rung, 2) << "190 seconds";
  for (const int rung : {1, 0, 0}) {
    s.begin(random_point(s.study.space, rng), rung);  // it runs, and will take as long as the others
    s.history.set_trial(s.next);
  }
  EXPECT_EQ(propose(s, 1, 36).rung, 2) << "202 seconds";
}

TEST(Fabolas, OnALadderOfOneRungItIsGp) {
  Setting s(one_float(), {"fabolas"}), gp(one_float(), {"gp", {{"candidates", 500.0}, {"most", 300.0}}});
  for (int i = 0; i < 20; ++i) {
    s.finish(Point{{i / 20.0}}, std::pow(i / 20.0 - 0.3, 2));
    gp.finish(Point{{i / 20.0}}, std::pow(i / 20.0 - 0.3, 2));
  }
  const Proposal proposed = propose(s, 3, 20);
  EXPECT_EQ(proposed.rung, 0);
  EXPECT_EQ(proposed.point, gp.propose(3, 20));
  EXPECT_EQ(s.propose(3, 20), gp.propose(3, 20)) << "and where the schedule says the rung";
}

TEST(Fabolas, SettlesOnTheTriedPointThatIsPredictedToBeBestAtTheTop) {
  Setting s = taught({"fabolas"}, 24);
  const Trial trial = claimed(s, true);
  s.history.set_trial(trial);
  const Point settled = s.propose(1, trial.number);
  double best = 1e9;
  bool was_tried = false;
  for (const Trial& other : s.history.trials()) {
    if (!other.point) continue;
    best = std::min(best, at_rung(*other.point, 2));
    was_tried |= other.point == settled;
  }
  EXPECT_TRUE(was_tried);
  EXPECT_LT(at_rung(settled, 2), best + 0.05);
  EXPECT_EQ(s.propose(2, trial.number), settled) << "nothing of it is drawn";

  Trial ended = trial;
  ended.point = settled;
  ended.state = TrialState::kFinished;
  ended.loss = at_rung(settled, 2) - 1;  // so it stays what is predicted to be best
  s.history.set_trial(ended);
  const Trial next = claimed(s, true);
  s.history.set_trial(next);
  EXPECT_NE(s.propose(1, next.number), settled) << "it was there already";
}

TEST(Fabolas, KeepsToTheLimitsOfTheRungThatItChooses) {
  Setting s(one_float(), {"fabolas"}, 100, 3);
  s.study.ladder[0].limits["x"] = {0.6, 1};
  s.study.ladder[1].limits["x"] = {0.4, 1};
  s.history = History(std::make_shared<const Study>(s.study));
  s.history.add_box(2, s.study.rung_box(2));
  std::map<int, int> counts;
  for (int number = 0; number < 40; ++number) {
    const Proposal proposed = propose(s, static_cast<std::uint64_t>(number), number);
    ASSERT_TRUE(s.study.rung_box(*proposed.rung).contains(proposed.point)) << number;
    ++counts[*proposed.rung];
    s.begin(proposed.point, *proposed.rung).state = TrialState::kFinished;
    s.next.loss = at_rung(proposed.point, *proposed.rung);
    s.next.seconds = std::pow(10, *proposed.rung);
    s.next.ended_revision = static_cast<std::uint64_t>(number) + 1;
    s.history.set_trial(s.next);
  }
  EXPECT_GT(counts[0], 0);
  EXPECT_GT(counts[2], 0) << "below 0.4 there is no other";
}

TEST(Fabolas, DoesNotRunAPointTwiceAtOnceNorAgainAtItsRung) {
  Setting s = taught({"fabolas"}, 20);
  for (int number = 20; number < 30; ++number) {
    const Proposal proposed = propose(s, static_cast<std::uint64_t>(number), number);
    for (const Trial& other : s.history.trials()) {
      const bool runs = other.state == TrialState::kRunning;
      EXPECT_FALSE(other.point == proposed.point && (runs || other.rung == *proposed.rung)) << number;
    }
    s.begin(proposed.point, *proposed.rung);
    s.history.set_trial(s.next);  // it goes on running
  }
}

}  // namespace
}  // namespace crescendo
