#include "crescendo/search.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <set>

#include "base/files.h"
#include "crescendo/error.h"
#include "search/retrain.h"
#include "search/summary.h"
#include "search/worker.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

Outcome score(const Assignment& assignment) {
  Rng rng(assignment.seed);
  Outcome outcome;
  outcome.loss = std::abs(std::log10(assignment.point.values[0]) + 2.5) + 0.01 * rng.uniform();
  return outcome;
}

const ObjectiveMaker kScoring = [] { return std::make_unique<ScriptedObjective>(score); };

std::vector<std::pair<Point, double>> trials_of(Store& store) {
  std::vector<std::pair<Point, double>> result;
  const History history = read_history(store, "small");
  for (const Trial& trial : history.trials()) result.emplace_back(*trial.point, trial.loss);
  return result;
}

TEST(Search, WithOneWorkerTheSameSeedGivesTheSameTrials) {
  Observer silent;
  std::vector<std::pair<Point, double>> first;
  for (int run = 0; run < 2; ++run) {
    const auto store = open_store("memory:");
    store->create(small_study(40));
    EXPECT_EQ(run_search(*store, store->study("small"), kScoring, {}, silent), SearchEnd::kFinished);
    if (run == 0) first = trials_of(*store);
    EXPECT_EQ(trials_of(*store), first);
  }
  EXPECT_EQ(first.size(), 40u);
}

TEST(Search, AnInterruptedSearchGoesOnToTheSameTrials) {
  Observer silent;
  const auto whole_store = open_store("memory:");
  whole_store->create(small_study(40));
  run_search(*whole_store, whole_store->study("small"), kScoring, {}, silent);

  const auto store = open_store("memory:");
  store->create(small_study(40));
  std::atomic<int> executed = 0;
  const ObjectiveMaker counting = [&] {
    return std::make_unique<ScriptedObjective>([&](const Assignment& assignment) {
      ++executed;
      return score(assignment);
    });
  };
  int stops = 0;
  SearchOptions options;
  for (;; ++stops) {
    const int until = executed + 7;
    options.interrupted = [&] { return executed >= until; };
    if (run_search(*store, store->study("small"), counting, options, silent) == SearchEnd::kFinished) break;
  }
  EXPECT_GE(stops, 5);
  EXPECT_EQ(trials_of(*store), trials_of(*whole_store));
}

TEST(Search, AFailingStoreEndsTheSearchWithItsReasonAndKeepsWhatEnded) {
  const fs::path file = fs::path(testing::TempDir()) / "failing_store.db";
  fs::remove(file);
  const std::string url = "sqlite:///" + file.string();
  {
    const auto store = open_store(url);
    store->create(small_study(40));
    sqlite3* database = nullptr;
    sqlite3_open(file.c_str(), &database);
    sqlite3_exec(database,
                 "CREATE TRIGGER full BEFORE INSERT ON trial_values WHEN (SELECT COUNT(*) FROM trial_values) >= 3 "
                 "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
                 nullptr, nullptr, nullptr);
    sqlite3_close(database);
    Observer silent;
    try {
      run_search(*store, store->study("small"), kScoring, {}, silent);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUnavailable);
      EXPECT_NE(std::string(error.what()).find("the disk is full"), std::string::npos) << error.what();
    }
  }
  const auto again = open_existing_store(url);
  const History history = read_history(*again, "small");
  EXPECT_EQ(std::count_if(history.trials().begin(), history.trials().end(),
                          [](const Trial& trial) { return trial.state == TrialState::kFinished; }),
            3);
  fs::remove(file);
}

TEST(Search, WhatAnObjectiveThrowsIsAFailedTrialAndNotTheEnd) {
  Observer silent;
  const auto store = open_store("memory:");
  store->create(small_study(10, 1, "flat"));
  const ObjectiveMaker throwing = [] {
    return std::make_unique<ScriptedObjective>([](const Assignment& assignment) -> Outcome {
      if (assignment.trial % 2 == 0) throw std::runtime_error("it broke");
      return score(assignment);
    });
  };
  EXPECT_EQ(run_search(*store, store->study("small"), throwing, {}, silent), SearchEnd::kFinished);
  const History history = read_history(*store, "small");
  EXPECT_EQ(history.trial(0).state, TrialState::kFailed);
  EXPECT_EQ(history.trial(0).reason, "it broke");
  EXPECT_EQ(history.trial(1).state, TrialState::kFinished);
}

TEST(Search, ALossThatIsNoNumberIsAFailedTrial) {
  Observer silent;
  const auto store = open_store("memory:");
  store->create(small_study(3, 1, "flat"));
  const ObjectiveMaker undefined = [] {
    return std::make_unique<ScriptedObjective>([](const Assignment&) {
      Outcome outcome;
      outcome.loss = NAN;
      return outcome;
    });
  };
  run_search(*store, store->study("small"), undefined, {}, silent);
  EXPECT_EQ(read_history(*store, "small").trial(0).reason, "its loss is not a finite number");
}

TEST(Search, ABudgetOfTimeEndsItAndKeepsWhatRunningTrialsHaveReached) {
  Observer silent;
  const auto store = open_store("memory:");
  Study study = small_study(1, 1, "flat");
  study.budget = {{}, 0.3};
  store->create(study);
  const ObjectiveMaker slow = [] {
    return std::make_unique<ScriptedObjective>(
        [](const Assignment& assignment) {
          SystemClock().sleep_for(std::chrono::milliseconds(20));
          return score(assignment);
        },
        1);
  };
  SearchOptions options;
  options.jobs = 2;
  EXPECT_EQ(run_search(*store, study, slow, options, silent), SearchEnd::kFinished);
  const History history = read_history(*store, "small");
  EXPECT_GE(history.elapsed_seconds(), 0.3);
  EXPECT_GT(history.trials().size(), 5u);
  for (const Trial& trial : history.trials()) {
    // One that had not ended its first epoch has nothing to keep, and says that it was cut off.
    EXPECT_TRUE(trial.state == TrialState::kFinished || (trial.state == TrialState::kFailed && trial.stopped_early));
  }
  EXPECT_GT(history.ranked(0).size(), 5u);
}

TEST(Search, AScheduleThatWatchesStopsATrialByWhatOthersReported) {
  Observer silent;
  for (const char* type : {"stopping", "promotion"}) {
    const auto store = open_store("memory:");
    Study study = small_study(12, 2);
    study.schedule = {"asha", {{"type", type}}};
    store->create(study);
    const ObjectiveMaker worse_each_time = [] {
      return std::make_unique<ScriptedObjective>([](const Assignment& assignment) {
        Outcome outcome;
        outcome.loss = assignment.trial;
        return outcome;
      });
    };
    run_search(*store, study, worse_each_time, {}, silent);
    const History history = read_history(*store, "small");
    const bool stops = std::string(type) == "stopping";
    EXPECT_FALSE(history.trial(0).stopped_early) << "the first has none to be worse than";
    for (int number = 1; number < 12; ++number) {
      // The lower rung has one epoch, after which none of them is among the best third.
      EXPECT_EQ(history.trial(number).stopped_early, stops) << type << " " << number;
      EXPECT_EQ(history.trial(number).curve.size(), stops ? 1u : 2u);
    }
  }
}

TEST(Search, TrialsLeaveTheirFilesWholeAndListed) {
  const fs::path folder = fs::path(testing::TempDir()) / "search_files";
  fs::remove_all(folder);
  const auto store = open_store("memory:");
  store->create(small_study(5));
  SearchOptions options;
  options.folder = folder;
  Observer silent;
  run_search(*store, store->study("small"), kScoring, options, silent);
  for (int trial = 0; trial < 5; ++trial) {
    EXPECT_TRUE(fs::exists(folder / "trials" / std::to_string(trial) / "curve.json"));
    ASSERT_EQ(store->artifacts("small", trial).size(), 1u);
    EXPECT_EQ(store->artifacts("small", trial).front().path, "trials/" + std::to_string(trial) + "/curve.json");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder / "trials"), fs::directory_iterator()), 5)
      << "nothing half-made";
  fs::remove_all(folder);
}

TEST(Search, KeepsTheWeightsOfTheBestPointsAndOfTheWinnerOnly) {
  const fs::path folder = fs::path(testing::TempDir()) / "search_keep";
  fs::remove_all(folder);
  const auto store = open_store("memory:");
  store->create(small_study(30, 1, "flat"));
  const ObjectiveMaker leaving = [] {
    return std::make_unique<ScriptedObjective>([](const Assignment& assignment) {
      write_file(assignment.folder / "weights.bin", "w");
      write_file(assignment.folder / "mistakes.json", "[]");
      return score(assignment);
    });
  };
  SearchOptions options;
  options.folder = folder;
  options.keep = 3;
  Observer silent;
  run_search(*store, store->study("small"), leaving, options, silent);
  const History history = read_history(*store, "small");
  std::set<int> kept;
  for (const Finalist& leader : leaders(history, 0, 3)) kept.insert(leader.trials.begin(), leader.trials.end());
  EXPECT_EQ(kept.size(), 9u);
  for (const Trial& trial : history.trials()) {
    const fs::path weights = folder / "trials" / std::to_string(trial.number) / "weights.bin";
    EXPECT_EQ(fs::exists(weights), kept.contains(trial.number)) << trial.number;
    EXPECT_EQ(fs::exists(weights.parent_path() / "mistakes.json"), kept.contains(trial.number)) << trial.number;
    EXPECT_EQ(store->artifacts("small", trial.number).size(), kept.contains(trial.number) ? 3u : 1u);
  }
  fs::remove_all(folder);
}

TEST(Search, AFullDiskEndsTheSearchAndFailsNoTrial) {
  const auto store = open_store("memory:");
  store->create(small_study(10, 1, "flat"));
  const ObjectiveMaker full = [] {
    return std::make_unique<ScriptedObjective>([](const Assignment& assignment) -> Outcome {
      if (assignment.trial == 3) unavailable("cannot write weights.bin: No space left on device");
      return score(assignment);
    });
  };
  Observer silent;
  EXPECT_THROW(run_search(*store, store->study("small"), full, {}, silent), Error);
  const History history = read_history(*store, "small");
  EXPECT_EQ(history.trial(3).state, TrialState::kRunning) << "it is to be executed again";
  EXPECT_EQ(history.ranked(0).size(), 3u);
}

TEST(LeaseBook, AnAttemptIsNotTakenForAnother) {
  LeaseBook book;
  book.add({5, 1});
  book.add({5, 2});
  book.remove({5, 1});
  const auto store = open_store("memory:");
  const Study study = small_study(10, 1, "flat");
  store->create(study);
  History history(std::make_shared<const Study>(study));
  const int session = store->open_session("small", "me", 0);
  for (int trial = 0; trial <= 5; ++trial) {
    store->claim(
        history, {"me", session, 0, 60}, [](const std::string&) { return OwnerState::kAlive; },
        [](const History& h) -> Step {
          return Start{0, h.study().rung_box(0), {}};
        });
  }
  book.extend_all(*store, study, 100);  // trial 5 is at its first attempt
  EXPECT_TRUE(book.lost({5, 2}));
  EXPECT_FALSE(book.lost({5, 1}));
}

TEST(Retrain, SpreadIsThatOfTheSample) {
  EXPECT_DOUBLE_EQ(spread({1, 2, 3, 4}).mean, 2.5);
  EXPECT_NEAR(spread({1, 2, 3, 4}).std, 1.2909944, 1e-6);
  EXPECT_EQ(spread({0.5}).std, 0);
}

TEST(Summary, HoldsWhatTheContractNames) {
  Observer silent;
  const auto store = open_store("memory:");
  store->create(small_study(20));
  run_search(*store, store->study("small"), kScoring, {}, silent);
  const History history = read_history(*store, "small");
  const Json summary = summary_json(*store, history, "memory:");
  EXPECT_EQ(summary["study"], "small");
  EXPECT_EQ(summary["trials"], 20);
  EXPECT_EQ(summary["rungs"].size(), 3u);
  EXPECT_TRUE(summary["best"]["test_error"].is_null());
  EXPECT_EQ(summary["best"]["loss"], best(history)->loss);
  const Json trials = trials_json(history);
  ASSERT_EQ(trials.size(), 20u);
  EXPECT_TRUE(trials[0]["parent"].is_null());
  EXPECT_EQ(trials[0]["state"], "pruned");
  EXPECT_EQ(trials[19]["state"], "complete");
  store->set_metric("small", best(history)->trial, "test_error", 0.5);
  EXPECT_EQ(summary_json(*store, history, "memory:")["best"]["test_error"], 0.5);
}

TEST(Summary, TellsPerturbedTrialsFromPromotedOnes) {
  Observer silent;
  const auto store = open_store("memory:");
  store->create(suited(small_study(30, 3, "population")));
  std::set<int> told;  // to the objective, as perturbed
  const auto make = [&] {
    return std::make_unique<ScriptedObjective>([&](const Assignment& assignment) {
      if (assignment.perturbed) told.insert(assignment.trial);
      return score(assignment);
    });
  };
  run_search(*store, store->study("small"), make, {}, silent);
  const History history = read_history(*store, "small");
  const Json trials = trials_json(history);
  int perturbed = 0, promoted = 0;
  for (const Trial& trial : history.trials()) {
    const Json& json = trials[static_cast<std::size_t>(trial.number)];
    perturbed += is_perturbed(trial);
    promoted += executes_again(trial);
    EXPECT_EQ(told.contains(trial.number), is_perturbed(trial)) << "trial " << trial.number;
    EXPECT_EQ(json.contains("perturbed"), is_perturbed(trial)) << "trial " << trial.number;
    EXPECT_EQ(json.value("perturbed", false), is_perturbed(trial));
  }
  EXPECT_GT(perturbed, 0);
  EXPECT_GT(promoted, 0);
}

}  // namespace
}  // namespace crescendo
