#include "search/status.h"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

#include "base/processes.h"
#include "crescendo/schedule.h"
#include "search/summary.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

class Status : public testing::Test {
 protected:
  Status() { store_->create(study_); }

  Lease begin(const std::string& owner, int session, double now, int rung = 0) {
    History history = read_history(*store_, "small");
    const Claim claim = store_->claim(
        history, {owner, session, now, 60}, [](const std::string&) { return OwnerState::kUnknown; },
        [&](const History&) {
          return Start{rung, study_.rung_box(rung), Tag{}};
        });
    const Lease lease = std::get<Lease>(claim);
    store_->place(study_, lease, {Point{{1e-3, 1, kInactive, 0, kInactive, 0.1, kInactive}}}, history.revision(), 0,
                  true);
    return lease;
  }

  StudyStatus at(double now) { return read_status(*store_, read_history(*store_, "small"), now); }

  Study study_ = small_study(10, 2);
  std::unique_ptr<Store> store_ = open_store("memory:");
  const std::string self_ = process_identity();
};

TEST_F(Status, AProcessCountsWhileItRunsAndWasSeen) {
  EXPECT_EQ(at(1000).state, StudyState::kStopped);
  const int session = store_->open_session("small", self_, 1000);
  const Lease first = begin(self_ + "#0.0", session, 1010);
  store_->report(study_, first, {1, 0.5}, 1080);
  const StudyStatus now = at(1030);
  EXPECT_EQ(now.state, StudyState::kRunning);
  EXPECT_EQ(now.processes, 1);
  EXPECT_EQ(now.elapsed_seconds, 30) << "up to now, not only to its last sign";
  ASSERT_EQ(now.running.size(), 1u);
  EXPECT_EQ(now.running[0].trial, 0);
  EXPECT_EQ(now.running[0].seconds, 20);
  const StudyStatus later = at(1200);
  EXPECT_EQ(later.state, StudyState::kStopped) << "it gave no sign for a minute";
  EXPECT_EQ(later.elapsed_seconds, 10);
  EXPECT_EQ(later.interrupted, 1);
  EXPECT_TRUE(later.running.empty());
}

TEST_F(Status, WhatEndedOnThisMachineIsGoneAtOnce) {
  std::string gone = self_;  // this process, had it begun at another time
  gone.back() = gone.back() == '1' ? '2' : '1';
  const int session = store_->open_session("small", gone, 1000);
  begin(gone + "#0.0", session, 1001);
  const StudyStatus status = at(1002);
  EXPECT_EQ(status.processes, 0);
  EXPECT_EQ(status.interrupted, 1);
  EXPECT_EQ(status.state, StudyState::kStopped);
}

TEST_F(Status, OneOnAnotherMachineIsBelievedForAMinute) {
  const int session = store_->open_session("small", "elsewhere:1:2", 1000);
  begin("elsewhere:1:2#0.0", session, 1001);
  EXPECT_EQ(at(1060).running.size(), 1u);
  EXPECT_EQ(at(1062).interrupted, 1);
}

TEST_F(Status, ATrialThatAProgramAskedForRuns) {
  begin("asked by somebody:1:2", kNoSession, 1000);
  const StudyStatus status = at(5000);
  EXPECT_EQ(status.state, StudyState::kRunning);
  EXPECT_EQ(status.processes, 0);
  EXPECT_EQ(status.running.size(), 1u);
}

TEST_F(Status, IsFinishedWhenTheScheduleIs) {
  study_.budget.trials = 2;
  store_->set_budget("small", study_.budget);
  for (int n = 0; n < 2; ++n) {
    const Lease lease = begin(self_, kNoSession, 1000, n);
    EXPECT_EQ(at(1001).state, StudyState::kStopped);
    Outcome outcome;
    outcome.loss = 1;
    store_->finish(study_, lease, outcome, 1001);
  }
  EXPECT_EQ(at(1001).state, StudyState::kFinished);
}

TEST_F(Status, TheCourseIsTheBestAtTheHighestRungSoFarInOrderOfTime) {
  History history(std::make_shared<const Study>(study_));
  struct End {
    int rung;
    double claimed, seconds, loss;
  };
  const std::vector<End> ends = {{0, 0, 50, 0.5}, {0, 0, 10, 0.75}, {0, 10, 20, 0.9}, {0, 30, 10, 0.6},
                                 {1, 60, 5, 0.8}, {0, 60, 20, 0.1}, {1, 70, 5, 0.7}};
  for (std::size_t n = 0; n < ends.size(); ++n) {
    Trial trial;
    trial.number = static_cast<int>(n);
    trial.rung = ends[n].rung;
    trial.state = TrialState::kFinished;
    trial.loss = ends[n].loss;
    trial.elapsed_seconds = ends[n].claimed;
    trial.seconds = ends[n].seconds;
    trial.point = Point{{1e-3, 1, kInactive, 0, kInactive, 0.1, kInactive}};
    history.set_trial(trial);
  }
  history.set_elapsed_seconds(100);
  std::vector<std::pair<double, int>> course;
  for (const BestSoFar& best : read_status(*store_, history, 0).course) course.emplace_back(best.seconds, best.trial);
  EXPECT_EQ(course, (std::vector<std::pair<double, int>>{{10, 1}, {40, 3}, {50, 0}, {65, 4}, {75, 6}}));
}

TEST(StatusOfAFile, IsReadWhileAnotherHoldsTheWriteLock) {
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) / "status.db";
  std::filesystem::remove(file);
  const std::string url = "sqlite:///" + file.string();
  open_store(url)->create(small_study(10));
  sqlite3* writer = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &writer), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(writer, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  const auto store = open_existing_store(url);  // would wait for two minutes, and then throw
  const History history = read_history(*store, "small");
  const StudyStatus status = read_status(*store, history, 0);
  EXPECT_EQ(status_json(*store, history, status, url)["state"], "stopped");
  EXPECT_EQ(sqlite3_exec(writer, "COMMIT", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(writer);
}

TEST_F(Status, TheJsonIsTheSummaryAndMore) {
  const int session = store_->open_session("small", self_, 1000);
  const Lease lease = begin(self_ + "#0.0", session, 1000);
  store_->report(study_, lease, {1, 0.5}, 1060);
  const History history = read_history(*store_, "small");
  const Json json = status_json(*store_, history, read_status(*store_, history, 1005), "postgres://me:secret@h/db");
  EXPECT_EQ(json["storage"], "postgres://me@h/db");
  EXPECT_EQ(json["state"], "running");
  EXPECT_EQ(json["trials"], 1);
  EXPECT_EQ(json["processes"], 1);
  EXPECT_EQ(json["seconds"], 5);
  EXPECT_EQ(json["budget"], Json({{"trials", 10}}));
  EXPECT_EQ(json["rungs"][0]["planned"], *make_schedule(study_)->planned_trials(history, 0));
  EXPECT_EQ(json["rungs"][0]["planned"].get<int>() + json["rungs"][1]["planned"].get<int>(), 10);
  EXPECT_EQ(json["rungs"][0]["failed"], 0);
  EXPECT_EQ(json["running"],
            Json::array(
                {{{"trial", 0}, {"fidelity", {{"epochs", 1}}}, {"epochs", 1}, {"seconds", 5.0}, {"last_loss", 0.5}}}));
  EXPECT_EQ(json["interrupted"], 0);
  EXPECT_TRUE(json["best"].is_null());
  EXPECT_EQ(json["course"], Json::array());
}

}  // namespace
}  // namespace crescendo
