#include "search/replay.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "crescendo/search.h"
#include "sampler/samplers.h"
#include "search/summary.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

const auto kSilent = [](int, int) {};

// Fails now and then, and takes long enough for four workers to overlap.
const ObjectiveMaker kBusy = [] {
  return std::make_unique<ScriptedObjective>([](const Assignment& assignment) {
    Rng rng(assignment.seed);
    std::this_thread::sleep_for(std::chrono::microseconds(rng.below(1000)));
    Outcome outcome;
    outcome.failed = rng.uniform() < 0.1;
    outcome.loss = std::abs(std::log10(assignment.point.values[0]) + 2.5) + 0.1 * rng.uniform();
    return outcome;
  });
};

History searched(const std::string& sampler, const std::string& schedule, int jobs, Space space = mixed_space()) {
  const auto store = open_store("memory:");
  Study study = small_study(80, 2, schedule, std::move(space));
  study.sampler = {sampler};
  study = suited(std::move(study));
  store->create(study);
  Observer silent;
  SearchOptions options;
  options.jobs = jobs;
  run_search(*store, study, kBusy, options, silent);
  return read_history(*store, study.name);
}

TEST(Replay, FindsEveryPointAgainAfterASearchWithFourWorkers) {
  for (const auto& make : kSamplers) {
    const SamplerEntry entry = make();
    if (entry.name == "grid") continue;  // the space has floats without a step
    for (const char* schedule : {"flat", "ramp", "population"}) {
      const History history = searched(std::string(entry.name), schedule, 4);
      const ReplayReport report = replay(history, *make_sampler(history.study()), kSilent);
      EXPECT_TRUE(report.deviations.empty())
          << entry.name << " " << schedule << ": trial " << report.deviations.front().trial;
      EXPECT_EQ(report.missing, 0);
      EXPECT_EQ(report.proposed + report.given, 80);
      EXPECT_GT(report.proposed, 30);
    }
  }
}

TEST(Replay, FindsTheRungsAgainThatASamplerChose) {
  const History history = searched("fabolas", "open", 4);
  const ReplayReport report = replay(history, *make_sampler(history.study()), kSilent);
  EXPECT_TRUE(report.deviations.empty());
  EXPECT_GT(report.proposed, 60);
  EXPECT_GT(history.at_rung(0).size(), 10u);
  EXPECT_GT(history.at_rung(1).size(), 6u);

  const int low = history.at_rung(0).front();
  History changed(std::make_shared<const Study>(history.study()));
  for (int box = 0; box < history.boxes(); ++box) changed.add_box(1, history.box(box));
  for (Trial trial : history.trials()) {
    if (trial.number == low) trial.rung = 1;
    changed.set_trial(trial);
  }
  const ReplayReport other = replay(changed, *make_sampler(history.study()), kSilent);
  ASSERT_FALSE(other.deviations.empty());
  EXPECT_EQ(other.deviations.front().trial, low);
  EXPECT_EQ(other.deviations.front().stored.rung, 1);
  EXPECT_EQ(other.deviations.front().proposed.rung, 0);
}

TEST(Replay, FindsThePointsThatWereProposedMoreThanOnce) {
  const History history = searched("grid", "flat", 4, tiny_space());  // six points: workers meet
  EXPECT_TRUE(replay(history, *make_sampler(history.study()), kSilent).deviations.empty());
}

TEST(Replay, FindsEveryPointAgainWhereTheBudgetIsTimeOrHasGrown) {
  for (const auto& make : kSamplers) {
    const SamplerEntry entry = make();
    if (entry.name == "grid") continue;  // the space has floats without a step
    const auto store = open_store("memory:");
    Study study = small_study(40, 1, "flat");
    study.sampler = {std::string(entry.name)};
    study.budget = {{}, 0.15};
    store->create(study);
    Observer silent;
    run_search(*store, study, kBusy, {}, silent);
    const History timed = read_history(*store, study.name);
    EXPECT_TRUE(replay(timed, *make_sampler(timed.study()), kSilent).deviations.empty()) << entry.name;

    study.name = "growing";
    study.budget = {40, {}};
    store->create(study);
    run_search(*store, study, kBusy, {}, silent);
    study.budget = {120, {}};
    store->set_budget(study.name, study.budget);
    run_search(*store, study, kBusy, {}, silent);
    const History grown = read_history(*store, study.name);
    EXPECT_EQ(grown.trials().size(), 120u);
    EXPECT_TRUE(replay(grown, *make_sampler(grown.study()), kSilent).deviations.empty()) << entry.name;
  }
}

TEST(Replay, ReportsAPointThatNoSamplerProposed) {
  const History history = searched("tpe", "flat", 1);
  History changed(std::make_shared<const Study>(history.study()));
  for (int box = 0; box < history.boxes(); ++box) changed.add_box(1, history.box(box));
  for (Trial trial : history.trials()) {
    if (trial.number == 5) trial.point->values[0] *= 1.5;
    changed.set_trial(trial);
  }
  const ReplayReport report = replay(changed, *make_sampler(history.study()), kSilent);
  ASSERT_FALSE(report.deviations.empty());
  EXPECT_EQ(report.deviations.front().trial, 5);
  EXPECT_EQ(report.deviations.front().proposed.point, *history.trial(5).point);
}

TEST(Replay, ProposesFromWhatTheWorkerHadSeenAndNotFromTheWholeHistory) {
  // Were the end of later trials visible, a learning sampler would propose another point for nearly every trial.
  const History history = searched("tpe", "flat", 4);
  int other = 0;
  for (const Trial& trial : history.trials()) {
    if (!trial.box || trial.number > 60) continue;
    Rng rng(1);
    Rng same(1);
    const auto sampler = make_sampler(history.study());
    History little(std::make_shared<const Study>(history.study()));
    for (int box = 0; box < history.boxes(); ++box) little.add_box(1, history.box(box));
    for (int i = 0; i < trial.number; ++i) little.set_trial(history.trial(i));
    other += !(sampler->propose(history, history.box(*trial.box), trial.number, rng) ==
               sampler->propose(little, history.box(*trial.box), trial.number, same));
  }
  EXPECT_GT(other, 20);
}

}  // namespace
}  // namespace crescendo
