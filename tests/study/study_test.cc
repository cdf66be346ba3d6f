#include "crescendo/history.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "study/study_file.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

Trial finished(int number, int rung, double loss, double tie = 0) {
  Trial trial;
  trial.number = number;
  trial.rung = rung;
  trial.state = TrialState::kFinished;
  trial.loss = loss;
  trial.tie = tie;
  trial.point = Point{{0.01, 1, kInactive, 0, kInactive, 0, kInactive}};
  return trial;
}

History small_history(int rungs = 2) { return History(std::make_shared<const Study>(small_study(60, rungs))); }

TEST(History, OrdersAreThoseOfAFreshSort) {
  History history = small_history(3);
  Rng rng(1);
  for (int number = 0; number < 300; ++number) {
    Trial trial = finished(number, static_cast<int>(rng.below(3)), static_cast<double>(rng.below(20)),
                           static_cast<double>(rng.below(3)));
    if (rng.uniform() < 0.5) {
      Trial running = trial;
      running.state = TrialState::kRunning;
      history.set_trial(running);
    }
    if (rng.uniform() < 0.2) trial.state = TrialState::kFailed;
    history.set_trial(trial);
  }
  for (int rung = 0; rung < 3; ++rung) {
    std::vector<int> expected;
    for (const Trial& trial : history.trials()) {
      if (trial.rung == rung && trial.state == TrialState::kFinished) expected.push_back(trial.number);
    }
    std::sort(expected.begin(), expected.end(),
              [&](int a, int b) { return better(history.trial(a), history.trial(b)); });
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), history.ranked(rung).begin(), history.ranked(rung).end()));
    EXPECT_EQ(history.running(rung), 0);
  }
}

TEST(History, EqualLossesAreOrderedByTheTieBreak) {
  History history = small_history();
  history.set_trial(finished(0, 1, 0.2, 0.9));
  history.set_trial(finished(1, 1, 0.2, 0.5));
  EXPECT_EQ(history.ranked(1).front(), 1);
  EXPECT_EQ(best(history)->trial, 1);
}

TEST(History, AnEndedTrialNeverChanges) {
  History history = small_history();
  history.set_trial(finished(0, 0, 0.2));
  EXPECT_THROW(history.set_trial(finished(0, 0, 0.1)), std::logic_error);
}

TEST(Best, IsTakenFromTheHighestRungThatHasAFinishedTrial) {
  History history = small_history();
  EXPECT_FALSE(best(history));
  history.set_trial(finished(0, 0, 0.1));
  EXPECT_EQ(best(history)->trial, 0);
  history.set_trial(finished(1, 1, 0.3));
  EXPECT_EQ(best(history)->trial, 1);
}

TEST(Best, TheMeanOfRepetitionsDecides) {
  History history = small_history();
  const auto repeat = [](int number, int parent, double loss) {
    Trial trial = finished(number, 1, loss);
    trial.parent = parent;
    trial.tag.repeat = 1;
    return trial;
  };
  history.set_trial(finished(0, 1, 0.10));  // lucky
  history.set_trial(finished(1, 1, 0.12));
  history.set_trial(finished(2, 1, 0.11));  // not repeated: cannot win
  history.set_trial(repeat(3, 0, 0.20));
  history.set_trial(repeat(4, 1, 0.12));
  const auto winner = best(history);
  EXPECT_EQ(winner->trial, 1);
  EXPECT_NEAR(winner->loss, 0.12, 1e-12);
  EXPECT_EQ(winner->trials, (std::vector<int>{1, 4}));
}

TEST(Best, APointThatFailedWhenRepeatedComesLast) {
  History history = small_history();
  history.set_trial(finished(0, 1, 0.10));
  history.set_trial(finished(1, 1, 0.30));
  Trial failed = finished(2, 1, 0);
  failed.state = TrialState::kFailed;
  failed.parent = 0;
  failed.tag.repeat = 1;
  history.set_trial(failed);
  EXPECT_EQ(best(history)->trial, 1);
}

TEST(StudyFile, ComesBackTheSame) {
  Study study = small_study(60);
  study.sampler.options = {{"levels", 4.0}, {"flag", true}, {"text", std::string("x")}};
  study.budget.seconds = 12.5;
  study.ladder[0].limits["layers"] = {1, 2};
  const std::string toml = to_study_file(study);
  EXPECT_EQ(to_json(parse_study_file(toml, "it")), to_json(study)) << toml;
}

TEST(StudyFile, NamesWhatIsWrong) {
  const auto refusal = [](const std::string& toml) -> std::string {
    try {
      parse_study_file(toml, "it");
    } catch (const Error& error) {
      return error.what();
    }
    return "accepted";
  };
  const std::string good = to_study_file(small_study(60));
  EXPECT_EQ(refusal(good), "accepted");
  EXPECT_EQ(refusal("colour = 1\n" + good).find("the study has no field called 'colour'"), 0u);
  EXPECT_EQ(refusal("name = \"x\"\n"), "the study: objective is missing");
  std::string no_budget = good;
  no_budget.replace(no_budget.find("trials = 60"), 11, "trials = 0 ");
  EXPECT_EQ(refusal(no_budget), "budget: trials must be a whole number from 1, not 0");
}

TEST(StudyFile, ALargerBudgetIsNoDifference) {
  const Study stored = small_study(60);
  Study wanted = small_study(90);
  EXPECT_EQ(difference(stored, wanted), "");
  EXPECT_EQ(difference(wanted, stored), "its budget is {\"trials\":90}, now only {\"trials\":60} is asked for");
  wanted.seed = 8;
  EXPECT_EQ(difference(stored, wanted), "its seed is 7, now 8 is asked for");
}

TEST(Study, SharesAddUpToOneAtTheTop) {
  const Study study = small_study(60);
  EXPECT_DOUBLE_EQ(study.cumulative_share(0), 0.5);
  EXPECT_DOUBLE_EQ(study.cumulative_share(1), 5.0 / 6);
  EXPECT_DOUBLE_EQ(study.cumulative_share(2), 1);
}

}  // namespace
}  // namespace crescendo
