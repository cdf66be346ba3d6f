// The preset as a whole, on problems whose lower rung is twenty times as cheap and says something else than the top.
#include <gtest/gtest.h>

#include <cmath>

#include "base/options.h"
#include "tests/search/two_rungs.h"

namespace crescendo {
namespace {

constexpr std::uint64_t kSeeds = 3;

// Hartmann's function of six numbers, moved, scaled and lifted.
TwoRungs moved_hartmann() {
  const Problem problem = hartmann6();
  return {problem, [loss = problem.loss](const Point& point) {
            Point moved = point;
            for (double& x : moved.values) x = 0.95 * x + 0.02;
            return 0.7 * loss(moved) + 1;
          }};
}

TwoRungs moved_branin() {
  const Problem problem = branin();
  return {problem, [loss = problem.loss](const Point& point) {
            Point moved = point;
            moved.values[0] += 0.5;
            return 0.8 * loss(moved) + 10 + 3 * std::sin(point.values[0]);
          }};
}

Study study_for(const TwoRungs& rungs, bool fabolas, double seconds, std::uint64_t seed) {
  const Options no_finals = {{"repeats", 0.0}};  // there is no noise
  return fabolas ? study_of(rungs, {"fabolas"}, {"open", no_finals}, seconds, seed)
                 : study_of(rungs, {"gp"}, {"flat", no_finals}, seconds, seed);
}

// One of each seed, for 200 seconds; made once.
const std::vector<History>& hartmann_searches() {
  static const std::vector<History> made = [] {
    std::vector<History> found;
    const TwoRungs rungs = moved_hartmann();
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed)
      found.push_back(searched(rungs, study_for(rungs, true, 200, seed)));
    return found;
  }();
  return made;
}

double regret(const TwoRungs& rungs, const History& history) {
  return history.trial(history.ranked(1).front()).loss - rungs.problem.optimum;
}

// Measured over 6 seeds of 200 seconds, ten trials at the top: gp 2.47 and 7.8, fabolas 0.08 and 0.16; and gp over 4
// seeds of 300 seconds: 1.9 and 1.5.
TEST(FabolasPreset, ReachesTheOptimumAtTheTopInTwoThirdsOfTheSecondsThatGpTakes) {
  for (const TwoRungs& rungs : {moved_hartmann(), moved_branin()}) {
    double fabolas = 0, gp = 0;
    for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
      const bool made = rungs.problem.name == moved_hartmann().problem.name;
      const History history = made ? hartmann_searches()[seed] : searched(rungs, study_for(rungs, true, 200, seed));
      fabolas += regret(rungs, history) / kSeeds;
      gp += regret(rungs, searched(rungs, study_for(rungs, false, 300, seed))) / kSeeds;
    }
    EXPECT_LT(fabolas, gp / 3) << rungs.problem.name;
  }
}

TEST(FabolasPreset, BeginsWithTheCheapRungAndEndsAtTheTop) {
  const TwoRungs rungs = moved_hartmann();
  for (const History& history : hartmann_searches()) {
    int cheap = 0;
    for (const Trial& trial : history.trials().first(20)) cheap += trial.rung == 0;
    EXPECT_GE(cheap, 18) << history.study().seed;
    const Trial& last = history.trials().back();
    EXPECT_EQ(last.rung, 1);
    EXPECT_EQ(last.tag.settle, 1);
    EXPECT_EQ(history.trial(best(history)->trial).rung, 1);
    EXPECT_LE(history.elapsed_seconds(), 200 + rungs.seconds_at_top) << "the trial that began last";
  }
}

TEST(FabolasPreset, APointThatIsToBeTriedFirstIsTriedAtTheTop) {
  const TwoRungs rungs = moved_branin();
  const Study study = study_for(rungs, true, 200, 1);
  const auto store = open_store("memory:");
  const Point wanted{{1, 2}};
  store->create(study, std::vector<Point>{wanted});
  History history(std::make_shared<const Study>(study));
  const auto sampler = make_sampler(study);
  const auto schedule = make_schedule(study);
  const auto claim = [&] {
    return std::get<Lease>(store->claim(
        history, {"me", kNoSession, 1000, 60}, [](const std::string&) { return OwnerState::kUnknown; },
        [&](const History& seen) { return next_step(seen, *schedule, *sampler); }));
  };
  const Lease first = claim(), second = claim();
  EXPECT_EQ(history.trial(first.trial).point, wanted);
  EXPECT_EQ(history.trial(first.trial).rung, 1);
  EXPECT_EQ(history.trial(first.trial).tag, Tag{});
  EXPECT_TRUE(is_rung_open(history.trial(second.trial)));
  EXPECT_TRUE(place_point(*store, *sampler, history, second));
  EXPECT_EQ(history.trial(second.trial).rung, 0);
  EXPECT_EQ(history.running(0), 1);
}

TEST(FabolasPreset, LeavesACheapRungThatSaysNothingOfTheTop) {
  TwoRungs rungs = moved_branin();
  rungs.loss_below = [](const Point& point) { return std::sin(37 * point.values[0] + 91 * point.values[1]); };
  double worst = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const History history = searched(rungs, study_for(rungs, true, 400, seed));
    EXPECT_GE(history.at_rung(1).size(), 15u) << "most of the seconds";
    worst = std::max(worst, regret(rungs, history));
  }
  EXPECT_LT(worst, 2);  // measured 1.2; 75 where nobody looks (`unchecked` 1e9)
}

}  // namespace
}  // namespace crescendo
