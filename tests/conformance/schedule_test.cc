// Every schedule of the list, driven by a random world: trials end late, fail, are pruned and tie, in any order.
#include "crescendo/schedule.h"

#include <gtest/gtest.h>

#include <ostream>
#include <set>

#include "schedule/schedules.h"
#include "tests/play_schedule.h"

namespace crescendo {
namespace {

struct Variant {
  std::string name;
  Named schedule;
};
void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

/// Each schedule as it is, and with options that change what it does.
std::vector<Variant> variants() {
  std::vector<Variant> found;
  for (const auto& make : kSchedules) found.push_back({std::string(make().name), {std::string(make().name)}});
  found.push_back({"flat_median", {"flat", {{"stopping", "median"}}}});
  found.push_back({"ramp_curve", {"ramp", {{"stopping", "curve"}}}});
  found.push_back({"ramp_nothing", {"ramp", {{"cross", "none"}}}});
  found.push_back({"ramp_weights", {"ramp", {{"cross", "points+narrow+model+weights"}}}});
  found.push_back({"ramp_fill", {"ramp", {{"fill", true}}}});
  found.push_back({"adaptive_small", {"adaptive", {{"startup", 3.0}, {"probes", 2.0}, {"cross", "none"}}}});
  found.push_back({"adaptive_weights", {"adaptive", {{"startup", 4.0}, {"cross", "points+weights"}}}});
  found.push_back({"halving_fill", {"halving", {{"fill", true}}}});
  found.push_back({"halving_small", {"halving", {{"n", 7.0}, {"eta", 2.0}}}});
  found.push_back({"halving_small_fill", {"halving", {{"n", 7.0}, {"eta", 2.0}, {"fill", true}}}});
  found.push_back({"halving_finals", {"halving", {{"repeats", 2.0}, {"fill", true}}}});
  found.push_back({"hyperband_hpbandster", {"hyperband", {{"sizes", "hpbandster"}}}});
  found.push_back({"hyperband_finals", {"hyperband", {{"repeats", 1.0}, {"eta", 2.0}}}});
  found.push_back({"asha_stopping", {"asha", {{"type", "stopping"}}}});
  found.push_back({"asha_finals", {"asha", {{"repeats", 2.0}}}});
  found.push_back({"population_small", {"population", {{"population", 4.0}, {"exploit", 0.5}}}});
  return found;
}

Fate fate(std::uint64_t seed) { return {3 + static_cast<int>(seed % 3), seed, 0.2, 0.1, 0.1}; }

class ScheduleSuite : public testing::TestWithParam<Variant> {
 protected:
  Study study(int trials, int rungs = 3) const {
    Study study = small_study(trials, rungs);
    study.schedule = GetParam().schedule;
    return suited(std::move(study));
  }
};

TEST_P(ScheduleSuite, UsesExactlyItsBudgetOfTrialsAndEnds) {
  for (const int trials : {1, 2, 3, 5, 7, 10, 40, 60}) {
    for (const int rungs : {1, 2, 3}) {
      for (const int workers : {1, 2, 5}) {
        for (const double failed : {0.0, 0.3, 1.0}) {
          const auto seed = static_cast<std::uint64_t>(trials + workers);
          const History history = play(study(trials, rungs), {workers, seed, failed, 0.1, 0.2}, kNoCheck);
          ASSERT_EQ(static_cast<int>(history.trials().size()), trials)
              << rungs << " rungs, " << workers << " workers, failures " << failed;
        }
      }
    }
  }
}

TEST_P(ScheduleSuite, PromotesOnlyWhatFinishedBelowOrRepeatsWhatFinishedHere) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    play(study(60), fate(seed), [&](const History& history, const Step& step) {
      const auto* start = std::get_if<Start>(&step);
      if (start && start->parent) {
        const Trial& parent = history.trial(*start->parent);
        EXPECT_EQ(parent.state, TrialState::kFinished);
        EXPECT_FALSE(parent.stopped_early);
        EXPECT_TRUE(history.study().goes_on(parent.rung, *start->rung));
      }
      const auto* promote = std::get_if<Promote>(&step);
      if (!promote) return;
      const Trial& parent = history.trial(promote->parent);
      EXPECT_EQ(parent.state, TrialState::kFinished);
      EXPECT_FALSE(parent.stopped_early);
      if (promote->tag.repeat > 0) {
        EXPECT_EQ(parent.rung, promote->rung);
      } else {
        EXPECT_LT(parent.rung, promote->rung);
      }
    });
  }
}

TEST_P(ScheduleSuite, TriesNoPointTwiceAtARungUnlessItIsARepetition) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const History history = play(study(60), fate(seed), kNoCheck);
    std::set<std::pair<int, int>> tried;  // first ancestor and rung
    std::set<std::pair<int, int>> repeats;
    for (const Trial& trial : history.trials()) {
      int ancestor = trial.number;
      while (executes_again(history.trial(ancestor))) ancestor = *history.trial(ancestor).parent;
      if (trial.tag.repeat > 0) {
        EXPECT_TRUE(repeats.insert({*trial.parent, trial.tag.repeat}).second);
      } else {
        EXPECT_TRUE(tried.insert({ancestor, trial.rung}).second) << "seed " << seed << " trial " << trial.number;
      }
    }
  }
}

TEST_P(ScheduleSuite, GivesTheSameStepForTheSameHistory) {
  const Study s = study(60);
  const auto other = make_schedule(s);
  play(s, fate(1), [&](const History& history, const Step& step) {
    const Step again = other->next(history);
    ASSERT_EQ(step.index(), again.index());
    if (const auto* promote = std::get_if<Promote>(&step)) {
      EXPECT_EQ(promote->parent, std::get<Promote>(again).parent);
      EXPECT_EQ(promote->rung, std::get<Promote>(again).rung);
      EXPECT_EQ(promote->tag, std::get<Promote>(again).tag);
    }
    if (const auto* start = std::get_if<Start>(&step)) {
      EXPECT_EQ(start->rung, std::get<Start>(again).rung);
      EXPECT_EQ(start->tag, std::get<Start>(again).tag);
      EXPECT_EQ(start->box.sides, std::get<Start>(again).box.sides);
      EXPECT_EQ(start->parent, std::get<Start>(again).parent);
    }
  });
}

TEST_P(ScheduleSuite, ALargerBudgetGoesOnWhereItStopped) {
  const History first = play(study(40), fate(3), kNoCheck);
  const Study more = study(60);
  const auto schedule = make_schedule(more);
  History history(std::make_shared<const Study>(more));
  for (const Trial& trial : first.trials()) history.set_trial(trial);
  for (int rung = 0; rung <= more.top(); ++rung) {
    if (first.first_box(rung)) history.add_box(rung, *first.first_box(rung));
  }
  EXPECT_FALSE(std::holds_alternative<Finish>(schedule->next(history)));
  EXPECT_FALSE(std::holds_alternative<Wait>(schedule->next(history)));
}

TEST_P(ScheduleSuite, EndsWhenItsTimeIsUp) {
  Study s = study(1);
  s.budget = {{}, 100.0};
  const auto schedule = make_schedule(s);
  History history(std::make_shared<const Study>(s));
  EXPECT_FALSE(std::holds_alternative<Finish>(schedule->next(history)));
  history.set_elapsed_seconds(100);
  EXPECT_TRUE(std::holds_alternative<Finish>(schedule->next(history)));
}

TEST_P(ScheduleSuite, ATrialIsStoppedOnlyByAScheduleThatWatches) {
  const Study s = study(60);
  const auto schedule = make_schedule(s);
  if (schedule->watches()) GTEST_SKIP();
  play(s, fate(1), [&](const History& history, const Step&) {
    for (const Trial& trial : history.trials()) {
      if (trial.state != TrialState::kRunning) continue;
      EXPECT_TRUE(schedule->keep_going(history, trial.number, 1, 1e9));
    }
  });
}

INSTANTIATE_TEST_SUITE_P(All, ScheduleSuite, testing::ValuesIn(variants()),
                         [](const auto& param) { return param.param.name; });

}  // namespace
}  // namespace crescendo
