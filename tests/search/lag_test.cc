#include "search/lag.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "schedule/schedules.h"
#include "search/claiming.h"
#include "search/replay.h"
#include "search/summary.h"
#include "search/worker.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

/// A clock whose sleepers do not sleep long, because workers of a search with a lag often wait for each other.
class HastyClock : public SystemClock {
 public:
  void sleep_for(std::chrono::duration<double>) override {
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
};

Outcome score(const Assignment& assignment) {
  Rng rng(assignment.seed);
  Outcome outcome;
  outcome.failed = rng.uniform() < 0.1;
  outcome.loss = std::abs(std::log10(assignment.point.values[0]) + 2.5) + 0.1 * rng.uniform();
  return outcome;
}

// Searches with objectives that take as long as `duration` says, drawn anew in every run.
History searched(const Study& study, int jobs, std::uint64_t durations) {
  const auto store = open_store("memory:");
  store->create(study);
  const auto shared = std::make_shared<const Study>(study);
  const auto sampler = make_sampler(study);
  const auto schedule = make_schedule(study);
  HastyClock clock;
  LeaseBook leases;
  Observer silent;
  const int session = store->open_session(study.name, "test", clock.now());
  const auto work = [&](int worker) {
    Rng rng(durations, {static_cast<std::uint64_t>(worker)});
    ScriptedObjective objective([&](const Assignment& assignment) {
      std::this_thread::sleep_for(std::chrono::microseconds(rng.below(1000)));
      return score(assignment);
    });
    const WorkerSetting setting{
        *store, shared, *sampler, *schedule, objective, clock, leases, silent, "w" + std::to_string(worker), session};
    EXPECT_EQ(run_worker(setting), WorkerEnd::kFinished);
  };
  {
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < jobs; ++worker) threads.emplace_back(work, worker);
  }
  return read_history(*store, study.name);
}

Study lagging(const std::string& sampler, const std::string& schedule, int lag, Space space = mixed_space()) {
  Study study = small_study(48, schedule == "flat" ? 1 : 3, schedule, std::move(space));
  study.sampler = {sampler};
  study.lag = lag;
  return study;
}

void expect_same(const History& a, const History& b, const std::string& what) {
  ASSERT_EQ(a.trials().size(), b.trials().size()) << what;
  for (std::size_t i = 0; i < a.trials().size(); ++i) {
    const Trial &x = a.trials()[i], &y = b.trials()[i];
    ASSERT_EQ(x.point, y.point) << what << ", trial " << i;
    ASSERT_EQ(x.rung, y.rung) << what << ", trial " << i;
    ASSERT_EQ(x.parent, y.parent) << what << ", trial " << i;
    ASSERT_EQ(x.tag, y.tag) << what << ", trial " << i;
    ASSERT_EQ(x.box, y.box) << what << ", trial " << i;
    ASSERT_EQ(x.loss, y.loss) << what << ", trial " << i;
  }
}

TEST(Lag, TheTrialsAreTheSameWithAnyNumberOfWorkersUpToIt) {
  for (const char* sampler : {"random", "tpe", "smac", "genetic", "differential", "cmaes", "swarm", "reinforce"}) {
    for (const char* schedule : {"flat", "ramp"}) {
      const Study study = lagging(sampler, schedule, 4);
      const History alone = searched(study, 1, 1);
      EXPECT_EQ(alone.trials().size(), 48u);
      for (const int jobs : {2, 4}) {
        const History together = searched(study, jobs, static_cast<std::uint64_t>(jobs));
        expect_same(alone, together, std::string(sampler) + " " + schedule + " " + std::to_string(jobs));
        if (HasFatalFailure()) return;
        const ReplayReport report = replay(together, *make_sampler(study), [](int, int) {});
        EXPECT_TRUE(report.deviations.empty()) << sampler << " " << schedule;
        EXPECT_GT(report.proposed, 15);
      }
    }
  }
}

TEST(Lag, TheTrialsAreTheSameWithEverySchedule) {
  std::vector<Named> schedules;
  for (const auto& make : kSchedules) schedules.push_back({std::string(make().name)});
  schedules.push_back({"asha", {{"type", "stopping"}}});
  schedules.push_back({"flat", {{"stopping", "median"}, {"stopping_startup", 1.0}}});
  for (const Named& schedule : schedules) {
    Study study = lagging(schedule.name == "open" ? "fabolas" : "tpe", schedule.name, 3);
    study.ladder = small_study(1, 3).ladder;
    study.schedule = schedule;
    study = suited(std::move(study));
    const History alone = searched(study, 1, 1);
    expect_same(alone, searched(study, 3, 2), schedule.name);
    if (HasFatalFailure()) return;
    EXPECT_TRUE(replay(alone, *make_sampler(study), [](int, int) {}).deviations.empty()) << schedule.name;
  }
}

TEST(Lag, TheTrialsAreTheSameWherePointsCouldMeet) {
  for (const char* sampler :
       {"grid", "tpe", "genetic", "differential", "cmaes", "swarm", "reinforce"}) {  // six points in all
    const Study study = lagging(sampler, "flat", 4, tiny_space());
    const History alone = searched(study, 1, 1);
    expect_same(alone, searched(study, 4, 2), sampler);
    EXPECT_TRUE(replay(alone, *make_sampler(study), [](int, int) {}).deviations.empty());
  }
}

TEST(Lag, TheTrialsAreTheSameWhereATargetOrATotalEndsThem) {
  Study study = lagging("tpe", "flat", 4);
  study.budget = {};
  study.budget.target = 0.2;
  study.budget.fidelity["epochs"] = 60;
  const History alone = searched(study, 1, 1);
  expect_same(alone, searched(study, 4, 2), "target");
  EXPECT_LT(alone.trials().size(), 60u);
}

// Twelve trials of one rung, of which those with the numbers in `running` have not ended.
History twelve(int lag, std::vector<int> running = {}) {
  const Study study = lagging("random", "flat", lag);
  History history(std::make_shared<const Study>(study));
  history.add_box(0, study.rung_box(0));
  for (int number = 0; number < 12; ++number) {
    Trial trial;
    trial.number = number;
    trial.box = 0;
    trial.point = Point{{0.01, 1, kInactive, 1, kInactive, 0.1, kInactive}};
    trial.attempt = 2;
    trial.elapsed_seconds = 3 * number;
    trial.revision = trial.claimed_revision = static_cast<std::uint64_t>(100 - number);
    if (std::find(running.begin(), running.end(), number) == running.end()) {
      trial.state = TrialState::kFinished;
      trial.loss = number;
      trial.seconds = trial.cpu_seconds = 5;
      trial.curve = {1, 2};
    }
    history.set_trial(trial);
  }
  history.set_elapsed_seconds(77);
  return history;
}

TEST(Lag, AViewShowsTheEndsOfOldTrialsOnlyAndNothingThatAClockSaid) {
  const History history = twelve(4, {8, 10});
  const History view = lagged(history, 11, 4);
  ASSERT_EQ(view.trials().size(), 12u);
  for (const Trial& trial : view.trials()) {
    const bool ended = trial.number <= 7;
    EXPECT_EQ(trial.state, ended ? TrialState::kFinished : TrialState::kRunning) << trial.number;
    EXPECT_EQ(trial.loss, ended ? trial.number : 0);
    EXPECT_EQ(trial.curve.size(), ended ? 2u : 0u);
    EXPECT_EQ(trial.point.has_value(), trial.number != 11);
    EXPECT_EQ(trial.seconds + trial.cpu_seconds + trial.elapsed_seconds, 0);
    EXPECT_EQ(trial.attempt, 1);
    EXPECT_EQ(trial.revision, static_cast<std::uint64_t>(trial.number) + 1);
  }
  EXPECT_EQ(view.elapsed_seconds(), 0);
  EXPECT_EQ(view.boxes(), 1);
  EXPECT_EQ(view.ranked(0).size(), 8u);
}

TEST(Lag, AViewIsSettledWhenAllItShowsIsKnown) {
  EXPECT_TRUE(is_settled(twelve(4), 12, 4));
  EXPECT_TRUE(is_settled(twelve(4, {9, 10, 11}), 12, 4));
  EXPECT_FALSE(is_settled(twelve(4, {8}), 12, 4));
  EXPECT_TRUE(is_settled(twelve(4, {8}), 11, 4));
  EXPECT_TRUE(is_settled(twelve(4, {8}), 8, 4)) << "what came later is not asked for";
  EXPECT_FALSE(is_settled(twelve(4, {3}), 12, 4));
  History placing = twelve(4);
  Trial claimed;
  claimed.number = 12;
  claimed.box = 0;
  placing.set_trial(claimed);
  EXPECT_TRUE(is_settled(placing, 12, 4));
  EXPECT_FALSE(is_settled(placing, 13, 4)) << "a point that is not there yet is one to learn from";
}

/// Stops a trial when another has ended in the view, or its own curve is not there.
class SeeingSchedule : public Schedule {
 public:
  Step next(const History&) const override { return Wait{}; }
  bool keep_going(const History& history, int trial, int, double) const override {
    const auto ended = history.ranked(0).size();
    return ended == 4 && history.trial(trial).curve.size() == 2 && history.trial(trial).point.has_value();
  }
};

TEST(Lag, WhetherATrialGoesOnFollowsFromOldTrialsAndItsOwnCurve) {
  History history = twelve(4, {7, 9});
  Trial reporting = history.trial(7);
  reporting.curve = {0.5, 0.4};
  history.set_trial(reporting);
  EXPECT_TRUE(goes_on(SeeingSchedule(), history, 7, 2, 0.4)) << "trials 0 to 3 have ended, whatever else has";
  EXPECT_FALSE(goes_on(SeeingSchedule(), history, 9, 2, 0.4));
}

TEST(Lag, AClaimWaitsForTheTrialsThatItLearnsFrom) {
  const History held = twelve(4, {8}), free = twelve(4, {9, 10, 11});
  const auto sampler = make_sampler(held.study());
  const auto schedule = make_schedule(held.study());
  EXPECT_TRUE(std::holds_alternative<Wait>(next_step(held, *schedule, *sampler)));
  EXPECT_TRUE(std::holds_alternative<Start>(next_step(free, *schedule, *sampler)));
}

}  // namespace
}  // namespace crescendo
