#include "schedule/budget.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "crescendo/schedule.h"
#include "schedule/schedules.h"
#include "space/encode.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

Trial ended(int number, int rung, double loss = 0.5) {
  Trial trial;
  trial.number = number;
  trial.rung = rung;
  trial.state = TrialState::kFinished;
  trial.loss = loss;
  trial.cpu_seconds = 3;
  trial.point = Point{{0.01, 1, kInactive, 1, kInactive, 0.1, kInactive}};
  return trial;
}

Trial running(int number, int rung) {
  Trial trial = ended(number, rung);
  trial.state = TrialState::kRunning;
  return trial;
}

// Rungs of 1, 3 and 9 epochs with shares 3, 2 and 1.
Study study_with(const Budget& budget, const std::string& schedule = "ramp") {
  Study study = small_study(1, 3, schedule);
  study.budget = budget;
  return study;
}

int left(const History& history, int rung) {
  return trials_left(history, rung, ladder_allowance(history.study(), rung));
}

int left_in_all(const History& history) {
  return trials_left(history, history.study().top(), whole_budget(history.study()));
}

TEST(Allowance, AFidelityIsSharedAndWhatARungLeavesIsTheNextOnes) {
  Budget budget;
  budget.fidelity["epochs"] = 60;
  const Study study = study_with(budget);
  History history(std::make_shared<const Study>(study));
  EXPECT_EQ(left(history, 0), 30);
  for (int number = 0; number < 29; ++number) history.set_trial(ended(number, 0));
  EXPECT_EQ(left(history, 0), 1);
  EXPECT_EQ(left(history, 1), 7);  // 50 - 29 = 21 epochs; of the rung's own 20 it would be 6
  for (int number = 29; number < 36; ++number) history.set_trial(running(number, 1));
  EXPECT_EQ(left(history, 1), 0) << "what runs counts in full";
  EXPECT_EQ(left(history, 2), 1);
}

TEST(Allowance, NothingIsStartedThatWouldOverrunAFidelity) {
  Budget budget;
  budget.fidelity["epochs"] = 26;
  History history(std::make_shared<const Study>(study_with(budget, "flat")));
  EXPECT_EQ(left_in_all(history), 2);
  history.set_trial(running(0, 2));
  history.set_trial(running(1, 2));
  EXPECT_EQ(left_in_all(history), 0) << "8 epochs are left, and a trial uses 9";
}

TEST(Allowance, FractionsOfAFidelityAddUpToWhatTheySay) {
  Study study = small_study(1, 1, "flat");
  study.ladder[0].fidelity = {{"share", 0.1}};
  study.budget = {};
  study.budget.fidelity["share"] = 0.8;
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 8; ++number) {
    EXPECT_EQ(left_in_all(history), 8 - number);
    history.set_trial(ended(number, 0));
  }
  EXPECT_EQ(left_in_all(history), 0);
}

TEST(Allowance, CpuTimeIsThatOfTheTrialsTogetherAndSharedLikeTime) {
  Budget budget;
  budget.cpu_seconds = 12;
  History history(std::make_shared<const Study>(study_with(budget)));
  history.set_trial(ended(0, 0));
  history.set_trial(running(1, 0));
  EXPECT_GT(left(history, 0), 1000);
  history.set_trial(ended(1, 0));  // 6 of 12 seconds, half of which are the first rung's
  EXPECT_EQ(left(history, 0), 0);
  EXPECT_GT(left(history, 1), 1000);
  history.set_trial(ended(2, 1));
  history.set_trial(ended(3, 1));
  EXPECT_EQ(left(history, 2), 0);
}

TEST(Allowance, ATargetEndsTheStudyOnceATrialAtTheTopRungReachesIt) {
  for (const bool maximize : {false, true}) {
    Budget budget;
    budget.target = maximize ? 0.75 : 0.25;
    Study study = study_with(budget);
    study.maximize = maximize;
    History history(std::make_shared<const Study>(study));
    const auto loss = [&](double value) { return turned(study, maximize ? 1 - value : value); };
    history.set_trial(ended(0, 1, loss(0.1)));
    history.set_trial(ended(1, 2, loss(0.26)));
    EXPECT_GT(left_in_all(history), 1000) << "reached at a lower rung only";
    history.set_trial(ended(2, 2, loss(0.25)));
    for (int rung = 0; rung < 3; ++rung) EXPECT_EQ(left(history, rung), 0);
    EXPECT_TRUE(std::holds_alternative<Finish>(make_schedule(study)->next(history)));
  }
}

TEST(Allowance, PatienceEndsAfterSoManyTrialsAtTheTopRungWithoutABetterBest) {
  Budget budget;
  budget.patience = 3;
  History history(std::make_shared<const Study>(study_with(budget, "flat")));
  history.set_trial(ended(0, 2, 0.5));
  history.set_trial(ended(1, 2, 0.6));
  history.set_trial(ended(2, 2, 0.6));
  history.set_trial(ended(3, 2, 0.4));
  for (int number = 4; number < 6; ++number) history.set_trial(ended(number, 2, 0.4));  // as good is not better
  history.set_trial(ended(6, 0, 0.1));
  EXPECT_GT(left_in_all(history), 0);
  Trial failed = ended(7, 2);
  failed.state = TrialState::kFailed;
  history.set_trial(failed);
  EXPECT_EQ(left_in_all(history), 0);
  Budget more = budget;
  more.patience = 4;
  history.set_budget(more);
  EXPECT_GT(left_in_all(history), 0);
}

TEST(Allowance, TheFirstLimitThatIsReachedEndsIt) {
  Budget budget;
  budget.trials = 100;
  budget.seconds = 50;
  budget.fidelity["epochs"] = 45;
  History history(std::make_shared<const Study>(study_with(budget, "flat")));
  EXPECT_EQ(left_in_all(history), 5);
  history.set_elapsed_seconds(50);
  EXPECT_EQ(left_in_all(history), 0);
  budget.seconds = {};
  budget.trials = 2;
  history.set_budget(budget);
  EXPECT_EQ(left_in_all(history), 2);
}

/// A schedule's trials played to the end, three at a time; some fail or stop, each after some epochs.
class Played {
 public:
  explicit Played(const Study& study) : history_(std::make_shared<const Study>(study)) {}

  const History& history() const { return history_; }

  void go_on(const Study& study, std::uint64_t seed) {
    const auto schedule = make_schedule(study);
    history_.set_budget(study.budget);
    Rng rng(seed);
    for (int steps = 0; steps < 100'000; ++steps) {
      const Step step = running_.size() < 3 ? schedule->next(history_) : Step(Wait{});
      if (std::holds_alternative<Finish>(step)) {
        EXPECT_TRUE(running_.empty());
        return;
      }
      if (!std::holds_alternative<Wait>(step)) {
        claim(step, rng);
        continue;
      }
      ASSERT_FALSE(running_.empty()) << "it waits and nothing runs";
      end(rng);
    }
    FAIL() << "it does not end";
  }

 private:
  void claim(const Step& step, Rng& rng) {
    Trial trial = running(static_cast<int>(history_.trials().size()), 0);
    if (const auto* promote = std::get_if<Promote>(&step)) {
      trial.parent = promote->parent;
      trial.rung = promote->rung;
      trial.tag = promote->tag;
    } else {
      const auto& start = std::get<Start>(step);
      trial.rung = claimed_rung(start, history_.study());
      trial.tag = claimed_tag(start);
      trial.parent = start.parent;
      if (!history_.find_box(trial.rung, start.box)) history_.add_box(trial.rung, start.box);
      trial.box = history_.find_box(trial.rung, start.box);
      if (!start.rung) choose_rung(trial, rng);
    }
    running_.push_back(trial.number);
    history_.set_trial(trial);
  }

  void choose_rung(Trial& trial, Rng& rng) {
    Trial claimed = trial;
    claimed.point.reset();
    history_.set_trial(std::move(claimed));
    trial.rung = static_cast<int>(rng.below(history_.study().ladder.size()));
  }

  void end(Rng& rng) {
    const auto which = static_cast<std::ptrdiff_t>(rng.below(running_.size()));
    Trial trial = history_.trial(running_[static_cast<std::size_t>(which)]);
    running_.erase(running_.begin() + which);
    trial.state = rng.uniform() < 0.2 ? TrialState::kFailed : TrialState::kFinished;
    trial.loss = static_cast<double>(rng.below(10)) / 10;
    trial.stopped_early = trial.state == TrialState::kFinished && rng.uniform() < 0.1;
    trial.curve.resize(rng.below(12));
    trial.cpu_seconds = trial.seconds = 1;
    history_.set_trial(trial);
  }

  History history_;
  std::vector<int> running_;
};

TEST(Schedules, EndWithinATotalOfAFidelityAndUseNearlyAllOfIt) {
  for (const auto& make : kSchedules) {
    for (const bool continues : {false, true}) {
      for (std::uint64_t seed = 0; seed < 20; ++seed) {
        Budget budget;
        budget.fidelity["epochs"] = static_cast<double>(20 + 15 * seed);
        Study study = suited(study_with(budget, std::string(make().name)));
        study.continues |= continues;
        Played played(study);
        played.go_on(study, seed);
        ASSERT_FALSE(testing::Test::HasFatalFailure());
        EXPECT_LE(played.history().used("epochs"), budget.fidelity["epochs"]) << make().name;
        EXPECT_GT(played.history().used("epochs"), budget.fidelity["epochs"] - 27) << make().name;
      }
    }
  }
}

TEST(Schedules, StopAtEveryKindOfBudgetAndGoOnWithMore) {
  std::vector<std::pair<Budget, Budget>> kinds(4);
  kinds[0].first.cpu_seconds = 30;
  kinds[0].second.cpu_seconds = 60;
  kinds[1].first.fidelity["epochs"] = 100;
  kinds[1].second.fidelity["epochs"] = 200;
  kinds[2].first = kinds[2].second = {200, {}};
  kinds[2].first.patience = 4;
  kinds[2].second.patience = 8;
  kinds[3].first = kinds[3].second = {200, {}};
  kinds[3].first.target = 0.35;
  kinds[3].second.target = -1;
  for (const auto& make : kSchedules) {
    for (std::size_t kind = 0; kind < kinds.size(); ++kind) {
      const Study less = suited(study_with(kinds[kind].first, std::string(make().name)));
      const Study more = suited(study_with(kinds[kind].second, std::string(make().name)));
      Played played(less);
      played.go_on(less, kind);
      const auto before = played.history().trials().size();
      EXPECT_GT(before, 0u);
      played.go_on(more, kind);
      EXPECT_GT(played.history().trials().size(), before) << make().name << ", kind " << kind;
    }
  }
}

TEST(Finals, AreKeptRoomForInATotalOfAFidelity) {
  Budget budget;
  budget.fidelity["epochs"] = 9 * 20;
  const Study study = study_with(budget, "flat");
  Played played(study);
  played.go_on(study, 3);
  int repeats = 0;
  for (const Trial& trial : played.history().trials()) repeats += trial.tag.repeat > 0;
  EXPECT_GE(repeats, 6);
}

TEST(Finals, WithABudgetOfCpuTimeBeginWhenTheRestIsJustEnough) {
  Budget budget;
  budget.cpu_seconds = 100;
  const Study study = study_with(budget, "flat");
  const auto flat = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 27; ++number) history.set_trial(ended(number, 2));
  EXPECT_TRUE(std::holds_alternative<Start>(flat->next(history))) << "19 s are left, six repetitions need 18";
  history.set_trial(ended(27, 2));
  EXPECT_TRUE(std::holds_alternative<Promote>(flat->next(history)));
}

}  // namespace
}  // namespace crescendo
