#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <thread>

#include "crescendo/error.h"
#include "sampler/free_point.h"
#include "sampler/samplers.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

Study study_of(const Problem& problem, std::map<std::string, std::variant<bool, double, std::string>> options = {}) {
  Study study = small_study(60, 1, "flat", problem.space);
  study.sampler = {"tpe", std::move(options)};
  return study;
}

Trial finished(int number, Point point, double loss) {
  Trial trial;
  trial.number = number;
  trial.state = TrialState::kFinished;
  trial.loss = loss;
  trial.point = std::move(point);
  return trial;
}

History random_history(const Problem& problem, int trials, std::uint64_t seed = 3) {
  const Study study = study_of(problem);
  History history(std::make_shared<const Study>(study));
  Rng rng(seed);
  for (int number = 0; number < trials; ++number) {
    Point point = uniform_point(study.space, whole(study.space), rng);
    const double loss = problem.loss(point);
    history.set_trial(finished(number, std::move(point), loss));
  }
  return history;
}

// The points that a sampler of these options proposes next, one after the other.
std::vector<Point> proposals(const Problem& problem, const History& history,
                             std::map<std::string, std::variant<bool, double, std::string>> options, int count = 5) {
  const auto sampler = make_sampler(study_of(problem, std::move(options)));
  std::vector<Point> points;
  for (int i = 0; i < count; ++i) {
    Rng rng(9, {static_cast<std::uint64_t>(i)});
    points.push_back(sampler->propose(history, whole(problem.space), static_cast<int>(history.trials().size()), rng));
  }
  return points;
}

TEST(Tpe, TheDefaultsAreThoseOfTheDocument) {
  const std::map<std::string, std::string> expected = {{"joint", "true"},     {"flavour", "optuna"},
                                                       {"startup", "10"},     {"candidates", "24"},
                                                       {"gamma", "0.1"},      {"most_good", "25"},
                                                       {"prior_weight", "1"}, {"forget_after", "25"},
                                                       {"clip", "10"},        {"consider_endpoints", "false"}};
  std::map<std::string, std::string> found;
  for (const OptionInfo& option : tpe_sampler().options) found[option.name] = option.standard;
  EXPECT_EQ(found, expected);
}

TEST(Tpe, EveryOptionReachesTheModel) {
  const Problem problem = mixed10();
  const History history = random_history(problem, 300);
  const auto standard = proposals(problem, history, {});
  const std::pair<std::string, std::variant<bool, double, std::string>> changes[] = {
      {"joint", false},       {"flavour", std::string("hyperopt")},
      {"startup", 301.0},     {"candidates", 12.0},
      {"gamma", 0.05},        {"most_good", 24.0},
      {"prior_weight", 50.0}, {"forget_after", 10.0},
      {"clip", 100.0},        {"candidates", 30.0}};
  for (const auto& [name, value] : changes) {
    EXPECT_FALSE(proposals(problem, history, {{name, value}}, 20) == proposals(problem, history, {}, 20)) << name;
  }
  EXPECT_EQ(proposals(problem, history, {{"startup", 10.0}, {"candidates", 24.0}, {"gamma", 0.1}, {"clip", 10.0}}),
            standard);
  const History young = random_history(problem, 12);
  EXPECT_FALSE(proposals(problem, young, {{"consider_endpoints", true}}, 20) == proposals(problem, young, {}, 20));
}

TEST(Tpe, WhereEachParameterHasADensityTheKernelsAreAsNarrowAsPublished) {
  const Problem problem = mixed10();
  const History history = random_history(problem, 300);
  for (const std::pair<const std::string, std::variant<bool, double, std::string>>& way :
       {std::pair<const std::string, std::variant<bool, double, std::string>>{"joint", false},
        {"flavour", std::string("hyperopt")}}) {
    const auto usual = proposals(problem, history, {way}, 20);
    EXPECT_EQ(proposals(problem, history, {way, {"clip", 100.0}}, 20), usual) << way.first;
    EXPECT_FALSE(proposals(problem, history, {way, {"clip", 50.0}}, 20) == usual) << way.first;
  }
}

TEST(Tpe, DrawsAtRandomUntilTenTrialsHaveFinishedOrTwentyForHyperopt) {
  const Problem problem = bowl();
  for (const auto& [flavour, startup] : {std::pair<std::string, int>{"optuna", 10}, {"hyperopt", 20}}) {
    for (const int trials : {startup - 1, startup}) {
      const History history = random_history(problem, trials);
      Rng rng(9, {0});
      const Point uniform = uniform_point(problem.space, whole(problem.space), rng);
      EXPECT_EQ(proposals(problem, history, {{"flavour", flavour}}, 1)[0] == uniform, trials < startup) << trials;
    }
  }
}

TEST(Tpe, HyperoptHasItsOwnShareOfGoodTrials) {
  const Problem problem = mixed10();
  const History history = random_history(problem, 300);
  const auto hyperopt = proposals(problem, history, {{"flavour", std::string("hyperopt")}}, 20);
  EXPECT_EQ(proposals(problem, history, {{"flavour", std::string("hyperopt")}, {"gamma", 0.25}}, 20), hyperopt);
  EXPECT_FALSE(proposals(problem, history, {{"flavour", std::string("hyperopt")}, {"gamma", 0.3}}, 20) == hyperopt);
}

TEST(Tpe, RefusesFlavoursItDoesNotHaveAndAJointHyperopt) {
  const Problem problem = bowl();
  EXPECT_THROW(make_sampler(study_of(problem, {{"flavour", std::string("bohb")}})), Error);
  EXPECT_THROW(make_sampler(study_of(problem, {{"flavour", std::string("hyperopt")}, {"joint", true}})), Error);
  EXPECT_NO_THROW(make_sampler(study_of(problem, {{"flavour", std::string("hyperopt")}, {"joint", false}})));
}

TEST(Tpe, AMemoOfOtherHistoriesChangesNothing) {
  const Problem problem = mixed10();
  const auto used = make_sampler(study_of(problem));
  for (const std::uint64_t seed : {1u, 2u}) {
    for (const int trials : {50, 200, 120, 121}) {
      const History history = random_history(problem, trials, seed);
      Rng a(4), b(4);
      EXPECT_EQ(used->propose(history, whole(problem.space), trials, a),
                make_sampler(study_of(problem))->propose(history, whole(problem.space), trials, b));
    }
  }
}

// Trials are claimed, placed, end in any order, are promoted and fail; what a used sampler proposes is what a fresh one
// does, for a trial of any rung.
TEST(Tpe, AHistoryThatGrowsGetsWhatAFreshSamplerProposes) {
  for (const Problem& problem : {mixed10(), branches(), steps()}) {
    for (const bool joint : {true, false}) {
      Study study = small_study(60, 3, "flat", problem.space);
      study.sampler = {"tpe", {{"joint", joint}}};
      const auto used = make_sampler(study);
      History history(std::make_shared<const Study>(study));
      Rng draws(7);
      std::vector<int> running;
      int proposals = 0;
      for (int step = 0; step < 500; ++step) {
        const auto happens = draws.below(10);
        if (happens < 5 || history.trials().empty()) {
          Trial trial;
          trial.number = static_cast<int>(history.trials().size());
          trial.rung = static_cast<int>(draws.below(3));
          if (draws.below(3) == 0) trial.tag.alone = 1;
          const bool promoted = trial.number > 20 && draws.below(4) == 0;
          if (promoted) {
            trial.parent = static_cast<int>(draws.below(static_cast<std::uint64_t>(trial.number)));
            trial.point = history.trial(*trial.parent).point;
            if (draws.below(2) == 0) trial.tag.warm = 1;
          }
          history.set_trial(trial);
          if (!trial.point) {
            if (draws.below(8) == 0) continue;  // its worker is slow
            Rng a(4, {static_cast<std::uint64_t>(step)}), b = a;
            trial.point = used->propose(history, whole(problem.space), trial.number, a);
            ASSERT_EQ(*trial.point, make_sampler(study)->propose(history, whole(problem.space), trial.number, b));
            ++proposals;
            history.set_trial(trial);
          }
          running.push_back(trial.number);
        } else if (!running.empty()) {
          const auto which = running.begin() + static_cast<std::ptrdiff_t>(draws.below(running.size()));
          Trial trial = history.trial(*which);
          running.erase(which);
          trial.state = draws.below(8) == 0 ? TrialState::kFailed : TrialState::kFinished;
          trial.loss = draws.below(10) == 0 ? std::nan("") : problem.loss(*trial.point);
          history.set_trial(trial);
        }
      }
      EXPECT_GT(proposals, 100);
    }
  }
}

TEST(Tpe, ACopyThatWentAnotherWayIsAnotherHistory) {
  const Problem problem = mixed10();
  const auto used = make_sampler(study_of(problem));
  History one = random_history(problem, 60);
  const auto propose = [&](const Sampler& sampler, const History& history) {
    Rng rng(4);
    return sampler.propose(history, whole(problem.space), static_cast<int>(history.trials().size()), rng);
  };
  propose(*used, one);
  History other = one;
  Rng draws(8);
  for (History* history : {&one, &other}) {
    for (int number = 60; number < 70; ++number) {
      Point point = uniform_point(problem.space, whole(problem.space), draws);
      const double loss = problem.loss(point);
      history->set_trial(finished(number, std::move(point), loss));
    }
    EXPECT_EQ(propose(*used, *history), propose(*make_sampler(study_of(problem)), *history));
  }
  History assigned = random_history(problem, 65, 5);
  propose(*used, assigned);
  assigned = one;
  EXPECT_EQ(propose(*used, assigned), propose(*make_sampler(study_of(problem)), assigned));
}

TEST(Tpe, ManyThreadsGetWhatOneGets) {
  const Problem problem = mixed10();
  const auto shared = make_sampler(study_of(problem));
  std::vector<History> histories;
  for (int t = 0; t < 4; ++t) histories.push_back(random_history(problem, 60 + 20 * t, static_cast<std::uint64_t>(t)));
  std::vector<std::vector<Point>> found(histories.size());
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < histories.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        Rng rng(9, {static_cast<std::uint64_t>(i)});
        const int number = static_cast<int>(histories[t].trials().size());
        found[t].push_back(shared->propose(histories[t], whole(problem.space), number, rng));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t t = 0; t < histories.size(); ++t) EXPECT_EQ(found[t], proposals(problem, histories[t], {}, 20));
}

// The mean loss of uniform points is 14.7.
TEST(Tpe, ProposesNearTheGoodTrials) {
  const Problem problem = bowl();
  for (const bool joint : {true, false}) {
    double sum = 0;
    for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u}) {
      for (const Point& point : proposals(problem, random_history(problem, 60, seed), {{"joint", joint}}, 40)) {
        sum += problem.loss(point) / 200;
      }
    }
    EXPECT_LT(sum, 5) << joint;
  }
}

// The strip beside the optimum draws proposals until it is full of trials that failed or run.
TEST(Tpe, FailedAndRunningTrialsArePlacesToAvoid) {
  const Problem problem = bowl();
  Box strip = whole(problem.space);
  strip.sides[0] = {0, 3, {}};
  const History history = random_history(problem, 60);
  const auto inside = [&](const History& h) {
    int count = 0;
    for (const Point& point : proposals(problem, h, {}, 200)) count += strip.contains(point);
    return count;
  };
  const int before = inside(history);
  EXPECT_GT(before, 80);
  for (const TrialState state : {TrialState::kFailed, TrialState::kRunning}) {
    History more = history;
    Rng draws(2);
    for (int i = 0; i < 100; ++i) {
      Trial trial = finished(60 + i, uniform_point(problem.space, strip, draws), 0);
      trial.state = state;
      more.set_trial(trial);
    }
    EXPECT_LT(inside(more), before * 2 / 3);
  }
}

TEST(Tpe, ABoxLimitsTheDrawsNotWhatWasLearnt) {
  const Problem problem = bowl();
  const History history = random_history(problem, 80);
  Box box = whole(problem.space);
  box.sides[0] = {1.5, 4, {}};
  const auto sampler = make_sampler(study_of(problem));
  double sum = 0;
  for (int i = 0; i < 100; ++i) {
    Rng rng(5, {static_cast<std::uint64_t>(i)});
    const Point point = sampler->propose(history, box, 80, rng);
    ASSERT_TRUE(box.contains(point));
    sum += point.values[0];
  }
  EXPECT_LT(sum / 100, 2.5);  // the middle is 2.75, the optimum 2
}

// Steps has 12 * 10 * 5 * 4 points.
TEST(Tpe, AnExecutedPointOfADiscreteSpaceIsPassedOver) {
  const Problem problem = steps();
  const Study study = study_of(problem);
  const auto sampler = make_sampler(study);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 150; ++number) {
    Rng rng(6, {static_cast<std::uint64_t>(number)});
    Point point = sampler->propose(history, whole(study.space), number, rng);
    for (int earlier = 0; number >= 10 && earlier < number; ++earlier) {  // before, draws are uniform
      ASSERT_FALSE(*history.trial(earlier).point == point) << number;
    }
    const double loss = problem.loss(point);
    history.set_trial(finished(number, std::move(point), loss));
  }
}

TEST(Tpe, LearnsFromLowerRungsWhereTheOwnOneIsEmpty) {
  const Problem problem = bowl();
  Study study = small_study(60, 2, "flat", problem.space);
  study.sampler = {"tpe"};
  History history(std::make_shared<const Study>(study));
  Rng draws(3);
  for (int number = 0; number < 60; ++number) {
    Point point = uniform_point(problem.space, whole(problem.space), draws);
    const double loss = problem.loss(point);
    history.set_trial(finished(number, std::move(point), loss));  // at rung 0; what is proposed is for the top one
  }
  const auto sampler = make_sampler(study);
  int near = 0;
  for (int i = 0; i < 100; ++i) {
    Rng rng(5, {static_cast<std::uint64_t>(i)});
    near += problem.loss(sampler->propose(history, whole(problem.space), 60, rng)) < 1;
  }
  EXPECT_GT(near, 20);
}

}  // namespace
}  // namespace crescendo
