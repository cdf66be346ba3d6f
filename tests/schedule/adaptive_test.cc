#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "schedule/budget.h"
#include "space/parse.h"
#include "tests/play_schedule.h"

namespace crescendo {
namespace {

// Loss of a point, in 0..1 with the best at 0, at a rung; the trial's own noise is drawn from the stream.
using Losses = std::function<double(double quality, int rung, Rng&)>;

struct Told {
  History history;
  double seconds_at_top = 0, seconds = 0;
};

Study world_study(int trials, std::map<std::string, std::variant<bool, double, std::string>> options = {}) {
  Study study = small_study(trials, 3, "adaptive",
                            parse_space(Json::parse(R"([{"name": "x", "type": "float", "low": 0, "high": 1}])")));
  study.schedule.options = std::move(options);
  return study;
}

// One worker; a trial takes ratio^rung seconds. A point's quality is its distance from 0.7.
Told play_world(const Study& study, const Losses& losses, std::uint64_t seed, double ratio = 4) {
  const auto schedule = make_schedule(study);
  Told told{History(std::make_shared<const Study>(study))};
  History& history = told.history;
  Rng rng(seed);
  for (;;) {
    const Step step = schedule->next(history);
    if (std::holds_alternative<Finish>(step)) return told;
    Trial trial = history.trial(claim(history, step, {rng.uniform()}));
    trial.state = TrialState::kFinished;
    trial.loss = losses(std::abs(trial.point->values[0] - 0.7), trial.rung, rng);
    trial.seconds = trial.cpu_seconds = std::pow(ratio, trial.rung);
    told.seconds += trial.seconds;
    if (trial.rung == study.top()) told.seconds_at_top += trial.seconds;
    history.set_trial(trial);
    history.set_elapsed_seconds(told.seconds);
  }
}

const Losses kAgreeing = [](double quality, int, Rng&) { return quality; };
const Losses kMisleading = [](double quality, int rung, Rng&) { return rung == 2 ? quality : 1 - quality; };
const Losses kTellingNothing = [](double quality, int rung, Rng& rng) { return rung == 2 ? quality : rng.uniform(); };
// One seed's deviation is a third of the losses' own, as with two points of error among ones that span six.
const Losses kNoisy = [](double quality, int, Rng& rng) { return quality + 0.07 * rng.normal(); };

std::size_t at(const Told& told, int rung) { return told.history.at_rung(rung).size(); }

constexpr int kSeeds = 40;

double mean(const std::function<double(std::uint64_t)>& of_seed) {
  double sum = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) sum += of_seed(seed);
  return sum / kSeeds;
}

// A ramp would spend 30 trials at the lowest rung, whatever the world.
TEST(Adaptive, MovesUpEarlyWhereTheRungsAgree) {
  for (const Losses& losses : {kAgreeing, kNoisy}) {
    const double low = mean([&](std::uint64_t seed) { return at(play_world(world_study(60), losses, seed), 0); });
    EXPECT_LT(low, 20);
    EXPECT_GE(low, 8);
  }
}

TEST(Adaptive, SpendsMostOfTheTimeAtTheTopWhereTheLowerRungsMislead) {
  for (const Losses& losses : {kMisleading, kTellingNothing}) {
    const double share = mean([&](std::uint64_t seed) {
      const Told told = play_world(world_study(60), losses, seed);
      return told.seconds_at_top / told.seconds;
    });
    EXPECT_GT(share, 0.85);
  }
}

TEST(Adaptive, StaysLongerWhereTheRungsAgreeThanWhereTheyDoNot) {
  const auto low = [](const Losses& losses) {
    return mean([&](std::uint64_t seed) { return at(play_world(world_study(120), losses, seed), 0); });
  };
  EXPECT_GT(low(kAgreeing), low(kTellingNothing) + 3);
}

TEST(Adaptive, StaysTheLongerTheCheaperTheTrialsAre) {
  const auto low = [](double ratio) {
    return mean([&](std::uint64_t seed) { return at(play_world(world_study(200), kAgreeing, seed, ratio), 0); });
  };
  const double at_twice = low(2), at_four_times = low(4), at_eight_times = low(8);
  EXPECT_LT(at_twice, at_four_times);
  EXPECT_LT(at_four_times, at_eight_times);
}

TEST(Adaptive, WhatMisleadsDoesNotCross) {
  int narrowed = 0, alone = 0, agreeing_narrowed = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto first_start = [&](const Told& told) {
      const auto there = told.history.at_rung(2);
      const auto found = std::find_if(there.begin(), there.end(), [&](int n) { return !told.history.trial(n).parent; });
      return found == there.end() ? Trial{} : told.history.trial(*found);
    };
    const Told told = play_world(world_study(60), kMisleading, seed);
    const Trial start = first_start(told);
    ASSERT_TRUE(start.box);
    narrowed += told.history.box(*start.box).sides != told.history.study().rung_box(2).sides;
    alone += start.tag.alone == 1;
    for (const int number : told.history.at_rung(2)) {
      const Trial& trial = told.history.trial(number);
      EXPECT_TRUE(trial.parent || trial.tag.alone == start.tag.alone) << "what was decided stays";
    }
    const Told other = play_world(world_study(60), kAgreeing, seed);
    const Trial agreeing = first_start(other);
    agreeing_narrowed += agreeing.box && agreeing.tag.alone != 1 &&
                         other.history.box(*agreeing.box).sides != other.history.study().rung_box(2).sides;
  }
  EXPECT_EQ(narrowed + alone, alone) << "who learns alone searches everywhere";
  EXPECT_GT(alone, kSeeds * 3 / 4);
  EXPECT_GT(agreeing_narrowed, kSeeds * 3 / 4);
}

TEST(Adaptive, ReachesTheTopUnderAnyBudget) {
  for (const int trials : {1, 2, 3, 4, 5, 6, 8, 12, 20}) {
    const Told told = play_world(world_study(trials), kNoisy, 1);
    EXPECT_EQ(static_cast<int>(told.history.trials().size()), trials);
    EXPECT_GE(at(told, 2), 1u) << trials;
  }
  for (const double seconds : {30.0, 60.0, 200.0, 2000.0}) {  // of which the top's share is a sixth
    Study study = world_study(1);
    study.budget = {{}, seconds};
    EXPECT_GE(at(play_world(study, kNoisy, 1), 2), 1u) << seconds << " s";
    study.budget = {};
    study.budget.cpu_seconds = seconds;
    EXPECT_GE(at(play_world(study, kNoisy, 1), 2), 1u) << seconds << " s of the CPU";
  }
  for (const double epochs : {9.0, 10.0, 15.0, 20.0, 50.0, 500.0}) {  // a trial at the top takes 9
    Study study = world_study(1);
    study.budget = {};
    study.budget.fidelity["epochs"] = epochs;
    const Told told = play_world(study, kNoisy, 1);
    EXPECT_GE(at(told, 2), 1u) << epochs << " epochs";
    EXPECT_LE(told.history.used("epochs"), epochs);
  }
}

TEST(Adaptive, AProbeIsTheBestThreeAndPointsDownToTheMedian) {
  const Study study = world_study(200);
  const auto schedule = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  std::vector<int> probed;
  for (int number = 0; number < 13; ++number) {
    const Step step = schedule->next(history);
    Trial trial;
    trial.number = number;
    trial.state = TrialState::kFinished;
    trial.point = Point{{0.05 * number}};
    trial.loss = 0.1 * number;
    trial.seconds = 1;
    if (const auto* promote = std::get_if<Promote>(&step)) {
      EXPECT_EQ(promote->tag.probe, 1);
      EXPECT_EQ(promote->rung, 1);
      probed.push_back(promote->parent);
      trial.parent = promote->parent;
      trial.rung = 1;
      trial.tag = promote->tag;
    } else {
      EXPECT_EQ(std::get<Start>(step).rung, 0);
    }
    history.set_trial(trial);
  }
  EXPECT_EQ(probed, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(Adaptive, DoesNotWaitForAProbeThatRuns) {
  const Study study = world_study(200);
  const auto schedule = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  for (int number = 0; number < 20; ++number) {
    const Step step = schedule->next(history);
    ASSERT_FALSE(std::holds_alternative<Wait>(step));
    Trial trial = history.trial(claim(history, step, {0.5 + 0.02 * number}));
    EXPECT_EQ(trial.rung > 0, trial.tag.probe == 1) << "the rung is not left before they have ended";
    if (trial.tag.probe == 1) continue;
    trial.state = TrialState::kFinished;
    trial.loss = 0.1 * number;
    history.set_trial(trial);
  }
  EXPECT_EQ(history.running(1), 5);
}

TEST(Adaptive, GoesOnWhereEverythingFailsOneRungHigher) {
  const Study study = world_study(60);
  const auto schedule = make_schedule(study);
  History history(std::make_shared<const Study>(study));
  Rng rng(1);
  for (Step step = schedule->next(history); !std::holds_alternative<Finish>(step); step = schedule->next(history)) {
    Trial trial = history.trial(claim(history, step, {rng.uniform()}));
    trial.state = trial.rung > 0 && trial.parent ? TrialState::kFailed : TrialState::kFinished;
    trial.loss = rng.uniform();
    trial.seconds = 1;
    history.set_trial(trial);
  }
  EXPECT_EQ(history.trials().size(), 60u);
  EXPECT_GT(history.full(2).size(), 10u);
}

}  // namespace
}  // namespace crescendo
