// Every store, through the interface alone.
#include "crescendo/store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <set>
#include <thread>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "space/encode.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

const OwnerQuestion kUnknown = [](const std::string&) { return OwnerState::kUnknown; };
const auto kStartHere = [](const History& history) -> Step { return Start{0, history.study().rung_box(0), Tag{}}; };

class StoreSuite : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("store_suite_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    study_ = small_study(60);
    store_ = open();
    store_->create(study_);
  }
  void TearDown() override {
    store_.reset();
    fs::remove_all(folder_);
  }

  bool persistent() const { return GetParam() != "memory:"; }
  std::string url() const { return persistent() ? GetParam() + (folder_ / "study.db").string() : GetParam(); }
  std::unique_ptr<Store> open() const { return open_store(url()); }
  History history() const { return History(std::make_shared<const Study>(study_)); }

  Claimant claimant(const std::string& owner = "me", double now = 1000) {
    if (session_ < 0) session_ = store_->open_session(study_.name, owner, now);
    return {owner, session_, now, 60};
  }

  Lease claim(History& h, const std::string& owner = "me", double now = 1000) {
    return std::get<Lease>(store_->claim(h, claimant(owner, now), kUnknown, kStartHere));
  }

  Point some_point(std::uint64_t seed) const {
    Rng rng(seed);
    std::vector<double> unit(study_.space.size());
    for (double& u : unit) u = rng.uniform();
    return point_in_box(study_.space, whole(study_.space), unit);
  }

  fs::path folder_;
  Study study_;
  std::unique_ptr<Store> store_;
  int session_ = -1;
};

Outcome outcome_of(double loss) {
  Outcome outcome;
  outcome.loss = loss;
  outcome.tie = 0.1 + loss;
  outcome.seconds = 1.5;
  outcome.cpu_seconds = 1.25;
  return outcome;
}

TEST_P(StoreSuite, EveryDoubleComesBackExactly) {
  History h = history();
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const Lease lease = claim(h);
    const Point point = some_point(seed);
    ASSERT_EQ(store_->place(study_, lease, {point}, h.revision(), 0, false), Placement::kPlaced);
    Rng rng(seed, {1});
    const double loss = rng.uniform() / 3, first = rng.normal();
    ASSERT_TRUE(store_->report(study_, lease, {1, first, {{"speed", 1.0 / 3}}}, 2000));
    ASSERT_TRUE(store_->report(study_, lease, {2, NAN, {}}, 2000));
    ASSERT_TRUE(store_->report(study_, lease, {3, INFINITY, {}}, 2000));
    Outcome outcome = outcome_of(loss);
    outcome.metrics["best_epoch"] = 1.0 / 7;
    outcome.artifacts = {{"trials/0/curve.json", 123}};
    ASSERT_TRUE(store_->finish(study_, lease, outcome, 1001));

    History fresh = history();
    store_->refresh(fresh);
    const Trial& trial = fresh.trial(lease.trial);
    EXPECT_EQ(*trial.point, point);
    EXPECT_EQ(trial.loss, loss);
    EXPECT_EQ(trial.tie, 0.1 + loss);
    EXPECT_EQ(trial.state, TrialState::kFinished);
    ASSERT_EQ(trial.curve.size(), 3u);
    EXPECT_EQ(trial.curve[0], first);
    EXPECT_TRUE(std::isnan(trial.curve[1]));
    EXPECT_EQ(trial.curve[2], INFINITY);
    EXPECT_EQ(store_->curve(study_.name, lease.trial).size(), 3u);
    EXPECT_EQ(trial.seconds, 1.5);
    EXPECT_EQ(store_->metrics(study_.name, lease.trial).at("best_epoch"), 1.0 / 7);
    EXPECT_EQ(store_->curve(study_.name, lease.trial).front().metrics.at("speed"), 1.0 / 3);
    EXPECT_EQ(store_->artifacts(study_.name, lease.trial).front().size_bytes, 123u);
  }
}

TEST_P(StoreSuite, ATrialKnowsTheRevisionsOfItsClaimItsPointAndItsEnd) {
  History h = history();
  const Lease lease = claim(h);
  const std::uint64_t claimed = h.revision();
  EXPECT_EQ(h.trial(0).claimed_revision, claimed);
  EXPECT_EQ(h.trial(0).placed_revision, 0u);
  store_->place(study_, lease, {some_point(1)}, claimed, 0, false);
  store_->refresh(h);
  EXPECT_EQ(h.trial(0).placed_revision, h.revision());
  store_->report(study_, lease, {1, 0.5, {}}, 2000);
  store_->finish(study_, lease, outcome_of(0.5), 1001);
  store_->refresh(h);
  EXPECT_EQ(h.trial(0).claimed_revision, claimed);
  EXPECT_EQ(h.trial(0).placed_revision, claimed + 1);
  EXPECT_EQ(h.trial(0).ended_revision, h.revision());

  const Lease next = std::get<Lease>(store_->claim(h, claimant(), kUnknown, [](const History&) -> Step {
    return Promote{0, 1, Tag{}};
  }));
  EXPECT_EQ(h.trial(next.trial).claimed_revision, h.revision());
  EXPECT_EQ(h.trial(next.trial).placed_revision, h.revision());
}

TEST_P(StoreSuite, AStudyIsMadeWithItsFirstPoints) {
  study_.name = "with first points";
  const std::vector<Point> points = {some_point(1), some_point(2)};
  EXPECT_TRUE(store_->create(study_, points));
  EXPECT_FALSE(store_->create(study_, points));
  History h = history();
  store_->refresh(h);
  ASSERT_EQ(h.queue().size(), 2u);
  EXPECT_EQ(h.queue()[0].point, points[0]);
}

TEST_P(StoreSuite, ALeaseIsNeverShortenedAndItsOwnerIsKnown) {
  History h = history();
  const Lease lease = claim(h, "me", 1000);
  EXPECT_EQ(store_->owner(study_.name, lease.trial), "me");
  store_->report(study_, lease, {1, 0.5, {}}, 0);
  EXPECT_TRUE(std::holds_alternative<Lease>(store_->claim(h, claimant("you", 1059), kUnknown, kStartHere)));
  EXPECT_EQ(h.trials().size(), 2u) << "the lease of 60 s still holds";
}

TEST_P(StoreSuite, EnqueuedPointsAreTakenOnceAndInTheirOrder) {
  const std::vector<Point> points = {some_point(1), some_point(2)};
  History h = history();
  store_->enqueue(study_, points);
  store_->enqueue(study_, std::vector<Point>{some_point(3)});
  store_->refresh(h);
  ASSERT_EQ(h.queue().size(), 3u);
  EXPECT_EQ(h.queue()[1].point, points[1]);
  const auto take = [](int number) {
    return [number](const History& seen) -> Step { return Start{0, seen.study().rung_box(0), Tag{}, number}; };
  };
  const Lease lease = std::get<Lease>(store_->claim(h, claimant(), kUnknown, take(h.queue()[1].number)));
  EXPECT_EQ(h.trial(lease.trial).point, points[1]);
  EXPECT_TRUE(was_enqueued(h.trial(lease.trial)));
  ASSERT_EQ(h.queue().size(), 2u);
  EXPECT_EQ(h.queue()[1].point, some_point(3));
  History fresh = history();
  store_->refresh(fresh);
  EXPECT_EQ(fresh.queue().size(), 2u);
  EXPECT_EQ(fresh.trial(lease.trial).point, points[1]);
}

TEST_P(StoreSuite, ReadsAreCopies) {
  History before = history();
  claim(before);
  const std::size_t known = before.trials().size();
  History other = history();
  claim(other);
  EXPECT_EQ(before.trials().size(), known);
  store_->refresh(before);
  EXPECT_EQ(before.trials().size(), known + 1);
}

TEST_P(StoreSuite, AnIncrementalRefreshEqualsAFreshRead) {
  History incremental = history();
  for (int i = 0; i < 30; ++i) {
    History worker = history();
    store_->refresh(worker);
    const Lease lease = claim(worker);
    if (i % 3 != 0)
      store_->place(study_, lease, {some_point(static_cast<std::uint64_t>(i))}, worker.revision(), i % 2, true);
    if (i % 3 == 1) store_->report(study_, lease, {1, 0.5, {}}, 2000);
    if (i % 3 == 2) {
      Outcome outcome = outcome_of(0.01 * i);
      outcome.failed = i % 2 == 0;
      store_->finish(study_, lease, outcome, 1001);
    }
    if (i % 4 == 0) store_->refresh(incremental);
  }
  store_->refresh(incremental);
  History fresh = history();
  store_->refresh(fresh);
  ASSERT_EQ(fresh.trials().size(), incremental.trials().size());
  EXPECT_EQ(fresh.revision(), incremental.revision());
  for (const Trial& trial : fresh.trials()) {
    const Trial& other = incremental.trial(trial.number);
    EXPECT_EQ(trial.state, other.state);
    EXPECT_EQ(trial.revision, other.revision);
    EXPECT_EQ(trial.point, other.point);
    EXPECT_EQ(trial.proposal, other.proposal);
    EXPECT_EQ(trial.seen_revision, other.seen_revision);
    EXPECT_EQ(trial.curve, other.curve);
    EXPECT_EQ(trial.box, other.box);
  }
}

TEST_P(StoreSuite, EveryTrialKeepsTheBoxItsPointWasToFallIn) {
  History h = history();
  Box narrow = whole(study_.space);
  narrow.sides[0].low = 0.001;
  narrow.reason = "because";
  for (const Box& box : {narrow, whole(study_.space), narrow}) {
    store_->claim(h, claimant(), kUnknown, [&](const History&) -> Step { return Start{1, box, Tag{}}; });
  }
  History fresh = history();
  store_->refresh(fresh);
  EXPECT_EQ(fresh.boxes(), 2);
  EXPECT_EQ(fresh.trial(0).box, 0);
  EXPECT_EQ(fresh.trial(1).box, 1);
  EXPECT_EQ(fresh.trial(2).box, 0);
  EXPECT_EQ(fresh.box(0).sides, narrow.sides);
  EXPECT_EQ(fresh.box(0).reason, "because");
  EXPECT_EQ(fresh.first_box(1)->sides, narrow.sides);
  EXPECT_FALSE(fresh.first_box(0));
}

TEST_P(StoreSuite, AnOpenRungIsTheTopOneUntilItIsPlacedWithThePoint) {
  History h = history();
  const int top = study_.top();
  const auto open = [](const History& seen) -> Step {
    return Start{std::nullopt, seen.study().rung_box(seen.study().top()), Tag{}};
  };
  store_->claim(h, claimant("first", 1000), kUnknown, open);
  EXPECT_EQ(h.trial(0).rung, top);
  EXPECT_TRUE(is_rung_open(h.trial(0)));
  EXPECT_EQ(h.running(top), 1);
  // Its worker dies; another one takes it over and places it.
  const Claim claim = store_->claim(h, claimant("second", 9000), kUnknown, open);
  const Lease lease = std::get<Lease>(claim);
  EXPECT_EQ(lease.trial, 0);
  ASSERT_TRUE(is_rung_open(h.trial(0)));
  EXPECT_EQ(store_->place(study_, {0, 1}, {some_point(1), 0}, h.revision(), 0, false), Placement::kLost);
  ASSERT_EQ(store_->place(study_, lease, {some_point(1), 0}, h.revision(), 0, false), Placement::kPlaced);
  History fresh = history();
  for (History* seen : {&h, &fresh}) {
    store_->refresh(*seen);
    EXPECT_EQ(seen->trial(0).rung, 0);
    EXPECT_EQ(seen->trial(0).tag.open, 1);
    EXPECT_EQ(seen->trial(0).point, some_point(1));
    EXPECT_EQ(seen->running(0), 1);
    EXPECT_EQ(seen->running(top), 0);
    EXPECT_EQ(seen->at_rung(0).size(), 1u);
    EXPECT_EQ(seen->used("epochs"), 1);
    EXPECT_EQ(seen->rung_of_box(0), top);
  }
}

TEST_P(StoreSuite, AnOpenRungIsStaleWhereAnotherHasThePointAtTheSameRungOnly) {
  History h = history();
  const auto open = [](const History& seen) -> Step {
    return Start{std::nullopt, seen.study().rung_box(seen.study().top()), Tag{}};
  };
  std::vector<Lease> leases;
  for (int i = 0; i < 3; ++i) leases.push_back(std::get<Lease>(store_->claim(h, claimant(), kUnknown, open)));
  const auto place = [&](int i, int rung) {
    return store_->place(study_, leases[static_cast<std::size_t>(i)], {some_point(1), rung}, h.revision(), 0, false);
  };
  EXPECT_EQ(place(0, 0), Placement::kPlaced);
  EXPECT_EQ(place(1, 0), Placement::kStale);
  EXPECT_EQ(place(1, 1), Placement::kPlaced);
  EXPECT_EQ(place(2, 1), Placement::kStale);
  EXPECT_THROW(store_->place(study_, leases[2], {some_point(2)}, h.revision(), 0, false), std::exception);
  EXPECT_THROW(store_->place(study_, leases[2], {some_point(2), 9}, h.revision(), 0, false), std::exception);
}

TEST_P(StoreSuite, ATrialOfALivingOwnerIsNotTakenOverThoughItsLeaseRanOut) {
  History h = history();
  claim(h, "first", 1000);
  const auto nothing = [](const History&) -> Step { return Wait{}; };
  const OwnerQuestion alive = [](const std::string&) { return OwnerState::kAlive; };
  EXPECT_TRUE(std::holds_alternative<Wait>(store_->claim(h, claimant("second", 9000), alive, nothing)));
  EXPECT_TRUE(std::holds_alternative<Lease>(store_->claim(h, claimant("second", 9000), kUnknown, nothing)));
}

TEST_P(StoreSuite, APromotionCarriesPointParentAndTag) {
  History h = history();
  const Lease first = claim(h);
  store_->place(study_, first, {some_point(1)}, h.revision(), 0, false);
  store_->finish(study_, first, outcome_of(0.2), 1001);
  Tag tag;
  tag.repeat = 2;
  tag.bracket = 3;
  tag.alone = tag.fill = tag.probe = tag.warm = 1;
  store_->claim(h, claimant(), kUnknown, [&](const History&) -> Step { return Promote{first.trial, 1, tag}; });
  History fresh = history();
  store_->refresh(fresh);
  const Trial& trial = fresh.trial(1);
  EXPECT_EQ(trial.parent, first.trial);
  EXPECT_EQ(trial.rung, 1);
  EXPECT_EQ(trial.tag, tag);
  EXPECT_EQ(*trial.point, some_point(1));
}

TEST_P(StoreSuite, AStartThatGoesOnFromATrialCarriesItsParentAndABoxAndIsPlacedLikeAnother) {
  History h = history();
  const Lease first = claim(h);
  store_->place(study_, first, {some_point(1)}, h.revision(), 0, false);
  store_->finish(study_, first, outcome_of(0.2), 1001);
  Box box = h.study().rung_box(1);
  box.sides[0].high = (box.sides[0].low + box.sides[0].high) / 2;
  box.reason = "near trial 0";
  const Lease lease = std::get<Lease>(store_->claim(h, claimant(), kUnknown, [&](const History&) -> Step {
    Start start{1, box, Tag{}};
    start.parent = first.trial;
    return start;
  }));
  EXPECT_TRUE(is_perturbed(h.trial(lease.trial)));
  EXPECT_FALSE(h.trial(lease.trial).point);
  ASSERT_EQ(store_->place(study_, lease, {some_point(2)}, h.revision(), 0, false), Placement::kPlaced);
  History fresh = history();
  store_->refresh(fresh);
  const Trial& trial = fresh.trial(lease.trial);
  EXPECT_EQ(trial.parent, first.trial);
  ASSERT_TRUE(trial.box);
  EXPECT_EQ(fresh.box(*trial.box).sides, box.sides);
  EXPECT_EQ(fresh.box(*trial.box).reason, box.reason);
  EXPECT_EQ(*trial.point, some_point(2));
}

TEST_P(StoreSuite, ATrialWhoseLeaseRanOutIsTakenOverAndTheOldWorkerIsRefused) {
  History h = history();
  const Lease old = claim(h, "first", 1000);
  store_->place(study_, old, {some_point(1)}, h.revision(), 0, false);
  store_->report(study_, old, {1, 0.5, {}}, 1060);
  History other = history();
  const auto nothing = [](const History&) -> Step { return Wait{}; };
  EXPECT_TRUE(std::holds_alternative<Wait>(store_->claim(other, claimant("second", 1059), kUnknown, nothing)));
  const Lease taken = std::get<Lease>(store_->claim(other, claimant("second", 1061), kUnknown, nothing));
  EXPECT_EQ(taken.trial, old.trial);
  EXPECT_EQ(taken.attempt, 2);
  EXPECT_EQ(*other.trial(taken.trial).point, some_point(1));
  EXPECT_TRUE(other.trial(taken.trial).curve.empty());
  EXPECT_FALSE(store_->report(study_, old, {2, 0.4, {}}, 2000));
  EXPECT_FALSE(store_->extend(study_, old, 2000));
  EXPECT_FALSE(store_->release(study_, old));
  EXPECT_EQ(store_->place(study_, old, {some_point(2)}, 0, 0, true), Placement::kLost);
  EXPECT_FALSE(store_->finish(study_, old, outcome_of(0.9), 1062));
  EXPECT_TRUE(store_->finish(study_, taken, outcome_of(0.1), 1063));
  EXPECT_FALSE(store_->finish(study_, taken, outcome_of(0.2), 1064));
  store_->refresh(h);
  EXPECT_EQ(h.trial(old.trial).loss, 0.1);
}

TEST_P(StoreSuite, ATrialOfAnEndedOrReleasedOwnerIsTakenOverAtOnce) {
  History h = history();
  claim(h, "first");
  const auto nothing = [](const History&) -> Step { return Wait{}; };
  const Claim taken = store_->claim(
      h, claimant("second"),
      [](const std::string& o) { return o == "first" ? OwnerState::kGone : OwnerState::kUnknown; }, nothing);
  ASSERT_TRUE(std::holds_alternative<Lease>(taken));
  EXPECT_TRUE(store_->release(study_, std::get<Lease>(taken)));
  const Claim again = store_->claim(h, claimant("third"), kUnknown, nothing);
  ASSERT_TRUE(std::holds_alternative<Lease>(again));
  EXPECT_EQ(std::get<Lease>(again).attempt, 3);
}

TEST_P(StoreSuite, AnExtendedLeaseIsNotTakenOver) {
  History h = history();
  const Lease lease = claim(h, "first", 1000);
  EXPECT_TRUE(store_->extend(study_, lease, 5000));
  const auto nothing = [](const History&) -> Step { return Wait{}; };
  EXPECT_TRUE(std::holds_alternative<Wait>(store_->claim(h, claimant("second", 4000), kUnknown, nothing)));
}

TEST_P(StoreSuite, TheSamePointTakenMeanwhileIsStale) {
  History a = history(), b = history();
  const Lease first = claim(a);
  const Lease second = claim(b);
  store_->refresh(a);
  const std::uint64_t seen = a.revision();
  EXPECT_EQ(store_->place(study_, first, {some_point(1)}, seen, 0, false), Placement::kPlaced);
  EXPECT_EQ(store_->place(study_, second, {some_point(1)}, seen, 0, false), Placement::kStale);
  EXPECT_EQ(store_->place(study_, second, {some_point(2)}, seen, 1, false), Placement::kPlaced);
  const Lease third = claim(b);
  EXPECT_EQ(store_->place(study_, third, {some_point(1)}, b.revision(), 0, false), Placement::kPlaced)
      << "a proposal from a history that held the point knows what it does";
}

TEST_P(StoreSuite, ElapsedTimeIsTheUnionOfTheSessions) {
  const int a = store_->open_session(study_.name, "a", 100);
  store_->touch_session(a, 160, 1);
  const int b = store_->open_session(study_.name, "b", 130);
  store_->touch_session(b, 190, 1);
  const int c = store_->open_session(study_.name, "c", 1000);
  store_->touch_session(c, 1010, 1);
  store_->touch_session(c, 1005, 1);  // never backwards
  History h = history();
  store_->refresh(h);
  EXPECT_DOUBLE_EQ(h.elapsed_seconds(), 100);
}

TEST_P(StoreSuite, SessionsSayWhoWorkedAndWhen) {
  EXPECT_TRUE(store_->sessions(study_.name).empty());
  const int a = store_->open_session(study_.name, "a", 100);
  store_->open_session(study_.name, "b", 130);
  store_->touch_session(a, 160, 1);
  const std::vector<Session> sessions = store_->sessions(study_.name);
  ASSERT_EQ(sessions.size(), 2u);
  EXPECT_EQ(sessions[0].owner, "a");
  EXPECT_EQ(sessions[0].begun, 100);
  EXPECT_EQ(sessions[0].seen, 160);
  EXPECT_EQ(sessions[1].owner, "b");
  EXPECT_EQ(sessions[1].seen, 130);
}

TEST_P(StoreSuite, NamesAreUniqueAndUnknownOnesAreNotFound) {
  EXPECT_FALSE(store_->create(study_));
  EXPECT_EQ(store_->studies(), std::vector<std::string>{"small"});
  try {
    store_->study("other");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
  }
}

TEST_P(StoreSuite, ALargerBudgetReachesEveryHistory) {
  History h = history();
  store_->refresh(h);
  store_->set_budget("small", {90, {}});
  EXPECT_EQ(store_->study("small").budget.trials, 90);
  store_->refresh(h);
  EXPECT_EQ(h.study().budget.trials, 90);
}

TEST_P(StoreSuite, ThreadsNeverClaimOneTrialTwice) {
  std::vector<std::jthread> threads;
  std::mutex mutex;
  std::set<int> claimed;
  claimant();
  int doubled = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      History h = history();
      for (int i = 0; i < 25; ++i) {
        const Lease lease = claim(h);
        store_->place(study_, lease, {some_point(static_cast<std::uint64_t>(lease.trial))}, h.revision(), 0, true);
        store_->finish(study_, lease, outcome_of(0.1), 1001);
        const std::lock_guard lock(mutex);
        doubled += !claimed.insert(lease.trial).second;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(doubled, 0);
  EXPECT_EQ(claimed.size(), 100u);
}

TEST_P(StoreSuite, EightProcessesNeverClaimOneTrialTwiceAndLoseNothing) {
  if (!persistent()) GTEST_SKIP() << "one process only";
  constexpr int kProcesses = 8, kEach = 20;
  store_.reset();
  std::vector<pid_t> children;
  for (int p = 0; p < kProcesses; ++p) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        const auto store = open();
        const int session = store->open_session(study_.name, "p", 1000);
        History h = history();
        for (int i = 0; i < kEach; ++i) {
          const Lease lease =
              std::get<Lease>(store->claim(h, {std::to_string(p), session, 1000, 60}, kUnknown, kStartHere));
          store->place(study_, lease, {some_point(static_cast<std::uint64_t>(lease.trial))}, h.revision(), 0, true);
          if (!store->finish(study_, lease, outcome_of(p), 1001)) _exit(3);
        }
        _exit(0);
      } catch (...) {
        _exit(1);
      }
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  store_ = open();
  History h = history();
  store_->refresh(h);
  ASSERT_EQ(h.trials().size(), static_cast<std::size_t>(kProcesses * kEach));
  std::map<double, int> by_process;
  for (const Trial& trial : h.trials()) {
    EXPECT_EQ(trial.state, TrialState::kFinished);
    EXPECT_EQ(*trial.point, some_point(static_cast<std::uint64_t>(trial.number)));
    ++by_process[trial.loss];
  }
  for (const auto& [process, count] : by_process) EXPECT_EQ(count, kEach);
}

TEST_P(StoreSuite, ReopeningFindsEverything) {
  if (!persistent()) GTEST_SKIP() << "keeps nothing";
  History h = history();
  const Lease lease = claim(h);
  store_->place(study_, lease, {some_point(1)}, h.revision(), 0, false);
  store_->finish(study_, lease, outcome_of(0.25), 1001);
  store_.reset();
  const auto again = open_existing_store(url());
  History fresh(std::make_shared<const Study>(again->study("small")));
  again->refresh(fresh);
  EXPECT_EQ(fresh.trial(0).loss, 0.25);
  EXPECT_EQ(*fresh.trial(0).point, some_point(1));
}

TEST(Stores, AUrlThatNamesNoneListsTheForms) {
  try {
    open_store("mysql://host/db");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "'mysql://host/db' names no storage; its forms are: memory:, sqlite:///folder/study.db");
  }
}

TEST(Stores, AMissingDatabaseIsNotMadeByReading) {
  const std::string file = testing::TempDir() + "no_such_study.db";
  EXPECT_THROW(open_existing_store("sqlite:///" + file), Error);
  EXPECT_FALSE(fs::exists(file));
}

INSTANTIATE_TEST_SUITE_P(All, StoreSuite, testing::Values("memory:", "sqlite:///"),
                         [](const auto& param) { return param.param == "memory:" ? "memory" : "sqlite"; });

}  // namespace
}  // namespace crescendo
