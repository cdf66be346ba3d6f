// Every sampler of the list, before its author writes a line.
#include "crescendo/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sampler/samplers.h"
#include "space/encode.h"
#include "space/parse.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

class SamplerSuite : public testing::TestWithParam<SamplerEntry (*)()> {
 protected:
  std::unique_ptr<Sampler> sampler(const Study& study) const {
    Study named = study;
    named.sampler = {std::string(GetParam()().name), {}};
    return make_sampler(named);
  }
};

Trial trial_at(int number, const Point& point, TrialState state, double loss) {
  Trial trial;
  trial.number = number;
  trial.state = state;
  trial.loss = loss;
  trial.point = point;
  return trial;
}

// Finished, equal, failed, pending and unplaced trials in one history.
History eventful_history(const Study& study, int trials) {
  History history(std::make_shared<const Study>(study));
  Rng rng(11);
  std::vector<double> unit(study.space.size());
  for (int number = 0; number < trials; ++number) {
    for (double& u : unit) u = rng.uniform();
    const Point point = point_in_box(study.space, whole(study.space), unit);
    const int kind = static_cast<int>(rng.below(5));
    Trial trial = trial_at(number, point, TrialState::kFinished, kind == 0 ? 0.5 : rng.uniform());
    if (kind == 1) trial.state = TrialState::kFailed;
    if (kind == 2) trial.state = TrialState::kRunning;
    if (kind == 3) {
      trial.state = TrialState::kRunning;
      trial.point.reset();
    }
    history.set_trial(trial);
  }
  return history;
}

TEST_P(SamplerSuite, ProposesOnlyPointsOfTheBoxWithExactlyTheActiveParameters) {
  const Study study = small_study(60);
  const auto s = sampler(study);
  const Box box = parse_box(study.space, Json::parse(R"({"rate": [0.001, 0.02], "kind": ["sgd", true]})"));
  for (const int trials : {0, 1, 2, 50}) {
    const History history = eventful_history(study, trials);
    for (int number = trials; number < trials + 60; ++number) {
      Rng rng(1, {static_cast<std::uint64_t>(number)});
      const Point point = s->propose(history, box, number, rng);
      ASSERT_NO_THROW(study.space.check(point));
      ASSERT_TRUE(box.contains(point));
    }
  }
}

TEST_P(SamplerSuite, IsAPureFunctionOfHistoryNumberAndStream) {
  const Study study = small_study(60);
  const auto a = sampler(study), b = sampler(study);
  const History history = eventful_history(study, 40);
  const Box box = whole(study.space);
  for (int number = 40; number < 60; ++number) {
    Rng first(5, {static_cast<std::uint64_t>(number)}), second(5, {static_cast<std::uint64_t>(number)});
    const Point point = a->propose(history, box, number, first);
    Rng other(99);
    a->propose(history, box, number + 1000, other);  // whatever it was asked before does not matter
    ASSERT_EQ(b->propose(history, box, number, second), point);
  }
}

// Five workers, whose trials end in any order, on two rungs: a sampler that has been asked all along answers as one
// that has not.
TEST_P(SamplerSuite, WhatItRemembersChangesNoAnswer) {
  const Study study = small_study(400, 2);
  const auto s = sampler(study);
  const Box box = whole(study.space);
  History history(std::make_shared<const Study>(study));
  history.add_box(0, box);
  history.add_box(1, box);
  Rng choose(13);
  std::vector<int> running;
  for (int number = 0; number < 100; ++number) {
    Trial trial;
    trial.number = number;
    trial.rung = number < 20 || choose.below(4) == 0 ? 0 : 1;
    trial.box = trial.rung;
    s->stamp(history, trial.rung, trial.tag);
    history.set_trial(trial);
    Rng rng(6, {static_cast<std::uint64_t>(number)}), same(6, {static_cast<std::uint64_t>(number)});
    trial.point = s->propose(history, box, number, rng);
    ASSERT_EQ(sampler(study)->propose(history, box, number, same), *trial.point) << number;
    history.set_trial(trial);
    running.push_back(number);
    if (running.size() < 5) continue;
    const std::size_t ends = choose.below(running.size());
    Trial ended = history.trial(running[ends]);
    ended.state = choose.below(6) == 0 ? TrialState::kFailed : TrialState::kFinished;
    ended.loss = choose.uniform();
    history.set_trial(ended);
    running.erase(running.begin() + static_cast<std::ptrdiff_t>(ends));
  }
}

TEST_P(SamplerSuite, SurvivesHistoriesOfFailuresOnly) {
  const Study study = small_study(60);
  History history(std::make_shared<const Study>(study));
  Rng rng(2);
  const Box box = whole(study.space);
  for (int number = 0; number < 30; ++number) {
    const Point point = sampler(study)->propose(history, box, number, rng);
    ASSERT_NO_THROW(study.space.check(point));
    history.set_trial(trial_at(number, point, TrialState::kFailed, NAN));
  }
}

TEST_P(SamplerSuite, DoesNotRepeatPendingPointsWhileOthersAreLeft) {
  const Study study = small_study(60, 1, "flat", tiny_space());
  const auto s = sampler(study);
  History history(std::make_shared<const Study>(study));
  const Box box = whole(study.space);
  std::set<std::vector<double>> seen;
  for (int number = 0; number < 6; ++number) {
    Rng rng(3, {static_cast<std::uint64_t>(number)});
    const Point point = s->propose(history, box, number, rng);
    ASSERT_TRUE(seen.insert(point.values).second) << "proposal " << number << " runs already";
    history.set_trial(trial_at(number, point, TrialState::kRunning, 0));
  }
  Rng rng(4);
  EXPECT_NO_THROW(study.space.check(s->propose(history, box, 6, rng)));
}

// Where the schedule leaves the rung open: a rung of the ladder whose limits hold the point, the same for the same
// history and stream.
TEST_P(SamplerSuite, ChoosesARungWhoseLimitsHoldThePoint) {
  for (const int rungs : {1, 3}) {
    Study study = small_study(60, rungs);
    study.ladder.front().limits["rate"] = {1e-3, 1e-2};
    const auto a = sampler(study), b = sampler(study);
    const Box box = study.rung_box(study.top());
    for (const int trials : {0, 1, 15, 50}) {
      const History history = eventful_history(study, trials);
      for (int number = trials; number < trials + 10; ++number) {
        Rng rng(1, {static_cast<std::uint64_t>(number)}), same(1, {static_cast<std::uint64_t>(number)});
        const Proposal proposed = a->propose_with_rung(history, box, number, rng);
        ASSERT_TRUE(proposed.rung && *proposed.rung >= 0 && *proposed.rung < rungs);
        ASSERT_NO_THROW(study.space.check(proposed.point));
        ASSERT_TRUE(box.contains(proposed.point));
        ASSERT_TRUE(study.rung_box(*proposed.rung).contains(proposed.point));
        ASSERT_EQ(b->propose_with_rung(history, box, number, same), proposed);
      }
    }
  }
}

// Trials that ended, all at one loss or none of them with a number for one, teach nothing but must not stop a search.
TEST_P(SamplerSuite, SurvivesEqualAndNaNLosses) {
  const Study study = small_study(60);
  const Box box = whole(study.space);
  for (const double loss : {0.25, static_cast<double>(NAN), 1e300, -1e300}) {
    History history(std::make_shared<const Study>(study));
    for (int number = 0; number < 40; ++number) {
      Rng rng(2, {static_cast<std::uint64_t>(number)});
      const Point point = sampler(study)->propose(history, box, number, rng);
      ASSERT_NO_THROW(study.space.check(point));
      history.set_trial(trial_at(number, point, TrialState::kFinished, loss));
    }
  }
}

TEST_P(SamplerSuite, SurvivesManyTrialsOfOnePoint) {
  const Study study = small_study(60);
  const Box box = whole(study.space);
  Rng draws(8);
  const Point point = sampler(study)->propose(History(std::make_shared<const Study>(study)), box, 0, draws);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 40; ++number) history.set_trial(trial_at(number, point, TrialState::kFinished, number));
  for (int number = 40; number < 60; ++number) {
    Rng rng(2, {static_cast<std::uint64_t>(number)});
    const Point proposed = sampler(study)->propose(history, box, number, rng);
    ASSERT_NO_THROW(study.space.check(proposed));
  }
}

// Starts at every rung, promotions, repetitions, failures and trials that run; proposals for each of the rungs.
TEST_P(SamplerSuite, SurvivesHistoriesOfSeveralRungs) {
  const Study study = small_study(60, 3);
  const auto s = sampler(study);
  const Box box = whole(study.space);
  History history(std::make_shared<const Study>(study));
  Rng choose(4);
  for (int number = 0; number < 150; ++number) {
    Trial trial;
    trial.number = number;
    trial.rung = static_cast<int>(choose.below(3));
    trial.state = TrialState::kRunning;
    if (number > 5 && choose.below(3) == 0) {
      trial.parent = static_cast<int>(choose.below(static_cast<std::uint64_t>(number)));
      trial.point = history.trial(*trial.parent).point;
      history.set_trial(trial);
    } else {
      history.set_trial(trial);
      Rng rng(6, {static_cast<std::uint64_t>(number)});
      trial.point = s->propose(history, box, number, rng);
      ASSERT_NO_THROW(study.space.check(*trial.point));
    }
    const std::uint64_t end = choose.below(6);
    if (end > 0) trial.state = end == 1 ? TrialState::kFailed : TrialState::kFinished;
    trial.loss = choose.uniform();
    history.set_trial(trial);
  }
}

// Trials of three rungs, of which the lower two had losses that depend on `world`; and one more at the top, to be
// placed.
History world_of_rungs(const Study& study, int world, int at_top, bool alone) {
  History history(std::make_shared<const Study>(study));
  Rng rng(5);
  std::vector<double> unit(study.space.size());
  const int trials = 60 + at_top;
  for (int number = 0; number < trials; ++number) {
    Trial trial = trial_at(number, {}, TrialState::kFinished, rng.uniform());
    trial.rung = number / 30;
    for (double& u : unit) u = rng.uniform();
    trial.point = point_in_box(study.space, whole(study.space), unit);
    trial.box = 0;
    if (trial.rung == 2 && number % 5 == 0) {
      trial.parent = number - 30;
      trial.point = history.trial(*trial.parent).point;
      trial.box.reset();
    }
    if (trial.rung < 2 && world > 0) {
      trial.loss = std::fmod(trial.loss * 7, 1);
      if (number % 7 == 0) trial.state = TrialState::kFailed;
    }
    history.set_trial(trial);
  }
  Trial claimed = trial_at(trials, {}, TrialState::kRunning, 0);
  claimed.rung = 2;
  claimed.point.reset();
  if (alone) claimed.tag.alone = 1;
  history.set_trial(claimed);
  return history;
}

TEST_P(SamplerSuite, WhatIsProposedAloneDoesNotDependOnOtherRungsAndStudies) {
  Study study = small_study(90, 3);
  study.budget.trials = 1000;
  const auto s = sampler(study);
  Study taught = study;
  auto lessons = std::make_shared<std::vector<Lesson>>();
  Rng draws(1);
  for (int i = 0; i < 30; ++i) {
    std::vector<double> unit(study.space.size());
    for (double& u : unit) u = draws.uniform();
    lessons->push_back({0, 0, point_in_box(study.space, whole(study.space), unit), i % 9 == 0, draws.uniform(), 0});
  }
  taught.lessons = lessons;
  // With 4 trials at the top the lower rungs are most of what is known, with 30 a model of the top alone is used.
  const auto propose = [&](const Study& with, int world, bool alone, std::uint64_t stream) {
    const int at_top = stream % 2 == 0 ? 4 : 30;
    const History history = world_of_rungs(with, world, at_top, alone);
    Tag tag = history.trial(60 + at_top).tag;
    s->stamp(history, 2, tag);
    Rng rng(3, {stream});
    return std::pair(s->propose(history, whole(study.space), 60 + at_top, rng), tag);
  };
  int differ = 0;
  for (std::uint64_t stream = 0; stream < 10; ++stream) {
    const auto first = propose(study, 0, true, stream);
    EXPECT_EQ(propose(study, 1, true, stream), first);
    EXPECT_EQ(propose(taught, 1, true, stream), first);
    differ += !(propose(taught, 1, false, stream).first == propose(study, 0, false, stream).first);
  }
  EXPECT_TRUE(differ > 0 || !GetParam()().learns) << "without the mark they are learnt from";
}

// Runs while the point is in use elsewhere: a history with finished trials of a tiny space, and all but one point
// pending.
TEST_P(SamplerSuite, FindsTheLastPointThatDoesNotRun) {
  const Study study = small_study(60, 1, "flat", tiny_space());
  const auto s = sampler(study);
  const Box box = whole(study.space);
  for (int left = 0; left < 6; ++left) {
    History history(std::make_shared<const Study>(study));
    int number = 0;
    for (int repeat = 0; repeat < 4; ++repeat) {
      for (int cell = 0; cell < 6; ++cell) {
        const Point point{{1.0 + cell % 3, 1.0 * (cell / 3)}};
        history.set_trial(trial_at(number++, point, TrialState::kFinished, cell == left ? 9 : cell));
      }
    }
    for (int cell = 0; cell < 6; ++cell) {
      const Point point{{1.0 + cell % 3, 1.0 * (cell / 3)}};
      if (cell != left) history.set_trial(trial_at(number++, point, TrialState::kRunning, 0));
    }
    Rng rng(3, {static_cast<std::uint64_t>(left)});
    EXPECT_EQ(s->propose(history, box, number, rng), (Point{{1.0 + left % 3, 1.0 * (left / 3)}}));
  }
}

double mean_best(const Problem& problem, const std::string& name, int trials, int seeds) {
  double sum = 0;
  for (int seed = 0; seed < seeds; ++seed) {
    Study study = small_study(trials, 1, "flat", problem.space);
    study.seed = static_cast<std::uint64_t>(seed);
    study.sampler = {name};
    const auto s = make_sampler(study);
    const Box box = whole(study.space);
    History history(std::make_shared<const Study>(study));
    double best_loss = 1e300;
    for (int number = 0; number < trials; ++number) {
      Rng rng(study.seed, {static_cast<std::uint64_t>(number)});
      const Point point = s->propose(history, box, number, rng);
      EXPECT_TRUE(study.space.allowed(point.values));
      const double loss = problem.loss(point);
      history.set_trial(trial_at(number, point, TrialState::kFinished, loss));
      best_loss = std::min(best_loss, loss);
    }
    sum += best_loss - problem.optimum;
  }
  return sum / seeds;
}

// Constraints that a sixth of the points keep, or a few.
Space constrained_space(const std::string& name) {
  if (name == "tapered") return tapered().space;
  if (name == "mixed") {
    return parse_space(to_json(mixed_space()),
                       {"50 * rate + drop <= layers", "not (kind in ['sgd', null] and layers >= 2)",
                        "not (units > 100 and drop < 0.1)", "deep <= 2 * drop"});
  }
  if (name == "ordered ints") {
    return parse_space(Json::parse(R"([{"name": "a", "type": "int", "low": 1, "high": 64, "log": true},
                                       {"name": "b", "type": "int", "low": 1, "high": 64, "log": true},
                                       {"name": "c", "type": "int", "low": 1, "high": 64}])"),
                       {"a <= b", "b <= c"});
  }
  // Five of a thousand cells.
  return parse_space(Json::parse(R"([{"name": "a", "type": "int", "low": 1, "high": 10},
                                     {"name": "b", "type": "int", "low": 1, "high": 10},
                                     {"name": "c", "type": "ordinal", "choices": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}])"),
                     {"a + b >= 19", "not (c < 9)", "not (a == 9 and c == 9)"});
}

TEST_P(SamplerSuite, ProposesOnlyPointsThatTheConstraintsAllow) {
  for (const std::string name : {"tapered", "mixed", "ordered ints", "few cells"}) {
    const Study study = small_study(80, 1, "flat", constrained_space(name));
    const auto s = sampler(study);
    const Box box = whole(study.space);
    History history = eventful_history(study, 20);  // whose points may break them
    Rng events(12);
    for (int number = 20; number < 60; ++number) {
      Rng rng(1, {static_cast<std::uint64_t>(number)});
      const Point point = s->propose(history, box, number, rng);
      ASSERT_NO_THROW(study.space.check(point)) << name;
      Trial trial = trial_at(number, point, TrialState::kFinished, events.uniform());
      if (events.below(4) == 0) trial.state = TrialState::kFailed;
      if (events.below(8) == 0) trial.state = TrialState::kRunning;
      history.set_trial(trial);
    }
  }
}

TEST_P(SamplerSuite, KeepsConstraintsInANarrowedBox) {
  const Study study = small_study(60, 1, "flat", constrained_space("ordered ints"));
  const auto s = sampler(study);
  const Box box = parse_box(study.space, Json::parse(R"({"a": [8, 20], "b": [4, 16], "c": [2, 12]})"));
  const History history = eventful_history(study, 50);
  for (int number = 50; number < 80; ++number) {
    Rng rng(1, {static_cast<std::uint64_t>(number)});
    const Point point = s->propose(history, box, number, rng);
    ASSERT_NO_THROW(study.space.check(point));
    ASSERT_TRUE(box.contains(point));
  }
}

TEST_P(SamplerSuite, FindsEachAllowedPointOfFewThatDoesNotRun) {
  const Study study = small_study(60, 1, "flat", constrained_space("few cells"));
  const auto s = sampler(study);
  History history(std::make_shared<const Study>(study));
  std::set<std::vector<double>> seen;
  for (int number = 0; number < 5; ++number) {
    Rng rng(3, {static_cast<std::uint64_t>(number)});
    const Point point = s->propose(history, whole(study.space), number, rng);
    ASSERT_NO_THROW(study.space.check(point));
    ASSERT_TRUE(seen.insert(point.values).second) << "proposal " << number << " runs already";
    history.set_trial(trial_at(number, point, TrialState::kRunning, 0));
  }
  Rng rng(4);
  EXPECT_NO_THROW(study.space.check(s->propose(history, whole(study.space), 5, rng)));
}

// Half of random's mean regret over 20 fixed seeds: a sampler that learns has far less, random itself would pass it by
// chance less than once in a thousand times.
TEST_P(SamplerSuite, BeatsRandomOnToyProblemsIfItLearns) {
  if (!GetParam()().learns) GTEST_SKIP() << "it does not learn";
  for (const Problem& problem : {bowl(), steps(), branches()}) {
    const double random = mean_best(problem, "random", 80, 20);
    EXPECT_LT(mean_best(problem, std::string(GetParam()().name), 80, 20), random / 2) << problem.name;
  }
}

// Measured: random 0.057; tpe 0.011, smac 0.014, genetic 0.014, differential 0.021, cmaes 0.026, swarm 0.019, reinforce
// 0.020.
TEST_P(SamplerSuite, BeatsRandomUnderConstraintsIfItLearns) {
  if (!GetParam()().learns) GTEST_SKIP() << "it does not learn";
  const double random = mean_best(tapered(), "random", 60, 10);
  EXPECT_LT(mean_best(tapered(), std::string(GetParam()().name), 60, 10), random / 2);
}

INSTANTIATE_TEST_SUITE_P(All, SamplerSuite, testing::ValuesIn(kSamplers),
                         [](const auto& param) { return std::string(param.param().name); });

}  // namespace
}  // namespace crescendo
