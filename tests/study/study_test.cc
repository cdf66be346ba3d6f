#include "crescendo/history.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>

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

// Trials whose rung was left open: claimed at the top, moved when they are placed, by themselves and among others.
TEST(History, ATrialWhoseRungWasOpenCountsAsIfItHadAlwaysBeenWhereItWasPlaced) {
  Rng rng(4);
  for (int round = 0; round < 20; ++round) {
    History history = small_history(3), fresh = small_history(3);
    std::vector<Trial> claimed;
    for (int number = 0; number < 60; ++number) {
      Trial trial = finished(number, static_cast<int>(rng.below(3)), static_cast<double>(rng.below(20)));
      if (rng.uniform() < 0.7) trial.tag.open = 1;
      Trial before = trial;
      before.state = TrialState::kRunning;
      if (trial.tag.open == 1) unplace(before, history.study());
      history.set_trial(before);
      EXPECT_EQ(history.trial(number).rung, trial.tag.open == 1 ? 2 : trial.rung);
      claimed.push_back(trial);
      while (!claimed.empty() && rng.uniform() < 0.5) {
        const std::size_t which = rng.below(claimed.size());
        Trial placed = claimed[which];
        placed.state = rng.uniform() < 0.3 ? TrialState::kRunning : TrialState::kFinished;
        claimed.erase(claimed.begin() + static_cast<std::ptrdiff_t>(which));
        history.set_trial(placed);
      }
    }
    for (const Trial& trial : claimed) history.set_trial(trial);
    for (const Trial& trial : history.trials()) fresh.set_trial(trial);
    EXPECT_EQ(history.used("epochs"), fresh.used("epochs"));
    for (int rung = 0; rung < 3; ++rung) {
      const auto same = [&](std::span<const int> a, std::span<const int> b) {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
      };
      EXPECT_TRUE(same(history.at_rung(rung), fresh.at_rung(rung)));
      EXPECT_TRUE(same(history.ranked(rung), fresh.ranked(rung)));
      EXPECT_TRUE(same(history.full(rung), fresh.full(rung)));
      EXPECT_EQ(history.best_candidate(rung), fresh.best_candidate(rung));
      EXPECT_EQ(history.running(rung), fresh.running(rung));
      EXPECT_EQ(history.starts(rung), fresh.starts(rung));
      EXPECT_EQ(history.first_executions(rung), fresh.first_executions(rung));
      EXPECT_EQ(history.first_executions_running(rung), fresh.first_executions_running(rung));
    }
  }
}

TEST(History, NoOtherTrialMoves) {
  for (const bool was_open : {false, true}) {
    History history = small_history(3);
    Trial trial = finished(0, 2, 0.5);
    trial.state = TrialState::kRunning;
    if (was_open) trial.tag.open = 1;  // and it has its point
    history.set_trial(trial);
    trial.rung = 1;
    EXPECT_THROW(history.set_trial(trial), std::exception) << was_open;
  }
}

TEST(History, WhatIsUsedUpIsWhatAFreshSumSays) {
  Study study = small_study(60, 3);
  study.continues = true;
  for (Rung& rung : study.ladder) rung.fidelity["share"] = rung.fidelity["epochs"] / 90;
  History history(std::make_shared<const Study>(study));
  Rng rng(5);
  std::vector<int> running;
  std::uint64_t revision = 0;
  for (int number = 0; number < 300; ++number) {
    Trial trial;
    trial.number = number;
    trial.rung = static_cast<int>(rng.below(3));
    const auto below = trial.rung > 0 ? history.ranked(trial.rung - 1) : std::span<const int>();
    if (!below.empty() && rng.uniform() < 0.5) trial.parent = below[rng.below(below.size())];
    history.set_trial(trial);
    running.push_back(number);
    while (running.size() > 4) {
      const auto which = static_cast<std::ptrdiff_t>(rng.below(running.size()));
      Trial end = history.trial(running[static_cast<std::size_t>(which)]);
      running.erase(running.begin() + which);
      end.state = rng.uniform() < 0.3 ? TrialState::kFailed : TrialState::kFinished;
      end.stopped_early = rng.uniform() < 0.2;
      end.loss = static_cast<double>(rng.below(50));
      end.curve.resize(rng.below(10));
      end.cpu_seconds = rng.uniform();
      end.ended_revision = end.revision = ++revision;
      history.set_trial(end);
    }
    double cpu = 0, epochs = 0, share = 0;
    for (const Trial& t : history.trials()) {
      const Trial* parent = t.parent ? &history.trial(*t.parent) : nullptr;
      cpu += t.cpu_seconds;
      epochs += study.used_by(t, parent, "epochs");
      share += study.used_by(t, parent, "share");
    }
    ASSERT_DOUBLE_EQ(history.cpu_seconds(), cpu);
    ASSERT_DOUBLE_EQ(history.used("epochs"), epochs);
    ASSERT_NEAR(history.used("share"), share, 1e-9);
    EXPECT_EQ(history.used("nothing"), 0);
    const auto top = history.ranked(2);
    int since = 0;
    for (const int other : history.at_rung(2)) {
      const Trial& t = history.trial(other);
      since += t.state != TrialState::kRunning &&
               (top.empty() || t.ended_revision > history.trial(top.front()).ended_revision);
    }
    ASSERT_EQ(history.ended_since_best(), since);
  }
}

TEST(Study, ATrialUsesWhatItsRungSaysUnlessItGoesOnOrWasCut) {
  Study study = small_study(60, 3);  // 1, 3, 9 epochs
  study.ladder[2].fidelity["pictures"] = 500;
  const Trial parent = finished(0, 1, 0.5);
  Trial with_curve = parent;
  with_curve.curve = {1, 2, 3};
  Trial trial = finished(1, 2, 0.4);
  EXPECT_EQ(study.used_by(trial, &parent, "epochs"), 9);
  EXPECT_EQ(study.used_by(trial, &parent, "nothing"), 0);
  study.continues = true;
  EXPECT_EQ(study.used_by(trial, &parent, "epochs"), 6);
  EXPECT_EQ(study.used_by(trial, nullptr, "epochs"), 9);
  Trial repeat = finished(2, 1, 0.4);
  EXPECT_EQ(study.used_by(repeat, &parent, "epochs"), 3) << "a repetition is trained from the start";
  trial.curve = {1, 2, 3, 4, 5};
  EXPECT_EQ(study.used_by(trial, &parent, "epochs"), 6);
  trial.stopped_early = true;
  EXPECT_EQ(study.used_by(trial, &with_curve, "epochs"), 2) << "the first three are its parent's";
  EXPECT_EQ(study.used_by(trial, nullptr, "epochs"), 5);
  EXPECT_EQ(study.used_by(trial, &parent, "pictures"), 500);
  trial.curve.clear();
  EXPECT_EQ(study.used_by(trial, &parent, "epochs"), 6) << "nobody knows how far it came";
}

// A random tree of trials in brackets: promoted, repeated, filled in, failed, pruned, ended late.
History random_history(std::uint64_t seed) {
  History history = small_history(3);
  Rng rng(seed);
  std::vector<Trial> running;
  for (int number = 0; number < 300; ++number) {
    Trial trial = finished(number, static_cast<int>(rng.below(3)), 0);
    if (number > 0 && rng.uniform() < 0.5) {
      const Trial& parent = history.trial(static_cast<int>(rng.below(history.trials().size())));
      if (parent.state == TrialState::kFinished) {
        trial.parent = parent.number;
        trial.tag = parent.tag;
        trial.rung = std::min(2, parent.rung + static_cast<int>(rng.below(3)));
        if (trial.rung == parent.rung) trial.tag.repeat = 1;
        if (rng.uniform() < 0.7) trial.tag.warm = 1;
        if (trial.rung > parent.rung && rng.uniform() < 0.3) trial.box = 0;  // perturbed
      }
    }
    if (!trial.parent && rng.uniform() < 0.2) trial.tag.fill = 1;
    if (!trial.parent && rng.uniform() < 0.8) trial.tag.bracket = static_cast<int>(rng.below(4));
    if (rng.uniform() < 0.8) trial.tag.slot = number;
    trial.state = TrialState::kRunning;
    history.set_trial(trial);
    running.push_back(trial);
    while (!running.empty() && rng.uniform() < 0.5) {
      const std::size_t which = rng.below(running.size());
      Trial ended = running[which];
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(which));
      ended.state = rng.uniform() < 0.2 ? TrialState::kFailed : TrialState::kFinished;
      ended.stopped_early = rng.uniform() < 0.2;
      ended.loss = static_cast<double>(rng.below(20));
      history.set_trial(ended);
    }
  }
  return history;
}

bool tried_above(const History& history, int number) {
  return std::any_of(history.trials().begin(), history.trials().end(), [&](const Trial& child) {
    return child.parent == number && !child.box && child.rung == history.trial(number).rung + 1;
  });
}

// Those of the trials that are executions in full at a rung, best first.
std::vector<int> fresh_full(const History& history, int rung, std::optional<int> bracket) {
  std::vector<int> found;
  for (const Trial& trial : history.trials()) {
    const bool full = trial.state == TrialState::kFinished && !trial.stopped_early && trial.tag.repeat <= 0;
    if (full && trial.rung == rung && (!bracket || trial.tag.bracket == *bracket)) found.push_back(trial.number);
  }
  std::sort(found.begin(), found.end(), [&](int a, int b) { return better(history.trial(a), history.trial(b)); });
  return found;
}

TEST(Study, ATrialGoesOnWhereOnlyEpochsGrow) {
  Study study = small_study(60, 4);
  const std::array sides = {16, 32, 32, 32};
  for (std::size_t rung = 0; rung < sides.size(); ++rung) study.ladder[rung].fidelity["image_side"] = sides[rung];
  EXPECT_FALSE(study.goes_on(1, 2));
  study.continues = true;
  EXPECT_TRUE(study.goes_on(1, 2));
  EXPECT_TRUE(study.goes_on(1, 3));
  EXPECT_FALSE(study.goes_on(0, 1)) << "a network is made for one side";
  EXPECT_FALSE(study.goes_on(2, 2));
}

TEST(Tag, ComesBackTheSameAndMayLackWhatCameLater) {
  Tag tag;
  tag.bracket = 2;
  tag.warm = 1;
  EXPECT_EQ(parse_tag(to_json(tag)), tag);
  EXPECT_EQ(parse_tag(Json::parse(R"({"bracket": 2})")).warm, -1);
}

// The same in the order in which they are promoted: warm ones and the others by how far down they stand in their group.
std::vector<int> fresh_places(const History& history, const std::vector<int>& full) {
  std::vector<std::tuple<double, bool, int>> order;
  for (const bool warm : {true, false}) {
    std::vector<int> group;
    for (const int n : full) {
      if ((history.trial(n).tag.warm == 1) == warm) group.push_back(n);
    }
    for (std::size_t i = 0; i < group.size(); ++i) {
      order.emplace_back((static_cast<double>(i) + 0.5) / static_cast<double>(group.size()), !warm, group[i]);
    }
  }
  std::sort(order.begin(), order.end());
  std::vector<int> places;
  for (const auto& [share, cold, n] : order) places.push_back(n);
  return places;
}

TEST(History, ExecutionsInFullAndCandidatesAreThoseOfAFreshSearch) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const History history = random_history(seed);
    for (int rung = 0; rung < 3; ++rung) {
      const std::vector<int> full = fresh_full(history, rung, {});
      ASSERT_TRUE(std::equal(full.begin(), full.end(), history.full(rung).begin(), history.full(rung).end()));
      const std::vector<int> places = fresh_places(history, full);
      const auto best = std::find_if(places.begin(), places.end(), [&](int n) { return !tried_above(history, n); });
      ASSERT_EQ(history.best_candidate(rung), best == places.end() ? std::nullopt : std::optional(*best));
      for (std::size_t i = 0; i < full.size(); ++i) ASSERT_EQ(history.place_in_full(places[i]), static_cast<int>(i));
      ASSERT_EQ(history.in_order_of_places(rung), places);
      int firsts = 0, running = 0, starts = 0, fills = 0, fills_running = 0;
      for (const Trial& trial : history.trials()) {
        const bool first = trial.rung == rung && trial.tag.repeat <= 0;
        firsts += first;
        running += first && trial.state == TrialState::kRunning;
        starts += trial.rung == rung && (!trial.parent || trial.box);
        const bool fill = trial.rung == rung && trial.tag.fill == 1;
        fills += fill;
        fills_running += fill && trial.state == TrialState::kRunning;
      }
      ASSERT_EQ(history.starts(rung), starts);
      ASSERT_EQ(history.fills(rung), fills);
      ASSERT_EQ(history.fills_running(rung), fills_running);
      ASSERT_EQ(history.first_executions(rung), firsts);
      ASSERT_EQ(history.first_executions_running(rung), running);
    }
  }
}

TEST(History, TrialsThatBeganFromWeightsAreRankedAmongThemselves) {
  History history = small_history();
  // Whatever the losses of the two groups: the best of two warm ones is as far up as the best two of four others.
  for (int number = 0; number < 6; ++number) {
    Trial trial = finished(number, 0, number < 2 ? 0.01 * number : 0.5 + 0.01 * number);
    if (number < 2) trial.tag.warm = 1;
    history.set_trial(trial);
  }
  EXPECT_EQ(history.in_order_of_places(0), (std::vector<int>{2, 0, 3, 4, 1, 5}));
  EXPECT_EQ(history.best_candidate(0), 2);
  Trial promoted = finished(6, 1, 0.3);
  promoted.parent = 2;
  history.set_trial(promoted);
  EXPECT_EQ(history.best_candidate(0), 0);
  EXPECT_EQ(leaders(history, 0, 1).front().trial, 0) << "as an answer every model counts";
}

TEST(History, BracketsAreThoseOfAFreshCount) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const History history = random_history(seed);
    ASSERT_EQ(history.brackets().size(), 4u);
    for (int number = 0; number < 4; ++number) {
      Bracket fresh;
      for (const Trial& trial : history.trials()) {
        if (trial.tag.bracket != number) continue;
        if (fresh.first_trial < 0) fresh.first_trial = trial.number;
        if (trial.tag.slot >= 0) fresh.rung = std::max(fresh.rung, trial.rung);
      }
      for (const Trial& trial : history.trials()) {
        if (trial.tag.bracket != number || trial.tag.slot < 0 || trial.rung != fresh.rung) continue;
        ++fresh.claimed;
        fresh.running += trial.state == TrialState::kRunning;
      }
      const Bracket& known = history.brackets()[static_cast<std::size_t>(number)];
      ASSERT_EQ(known.first_trial, fresh.first_trial);
      ASSERT_EQ(known.rung, fresh.rung);
      ASSERT_EQ(known.claimed, fresh.claimed);
      ASSERT_EQ(known.running, fresh.running);
      for (int rung = 0; rung < 3; ++rung) {
        std::vector<int> full = fresh_full(history, rung, number), candidates;
        const Bracket::Level& level = known.levels[static_cast<std::size_t>(rung)];
        ASSERT_EQ(level.full, static_cast<int>(full.size()));
        const auto there = history.at_rung(rung);
        ASSERT_EQ(level.claimed, std::count_if(there.begin(), there.end(), [&](int n) {
                    return history.trial(n).tag.bracket == number && history.trial(n).tag.slot >= 0;
                  }));
        for (const auto& candidate : level.candidates) candidates.push_back(std::get<2>(candidate));
        std::erase_if(full, [&](int n) { return tried_above(history, n); });
        ASSERT_EQ(candidates, full);
      }
    }
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

Trial repeat_of(int parent, int number, double loss, TrialState state = TrialState::kFinished) {
  Trial trial = finished(number, 1, loss);
  trial.state = state;
  trial.parent = parent;
  trial.tag.repeat = 1;
  return trial;
}

// First executions at the top rung with these losses.
History with_leaders(std::initializer_list<double> losses) {
  History history = small_history();
  for (const double loss : losses) history.set_trial(finished(static_cast<int>(history.trials().size()), 1, loss));
  return history;
}

TEST(Best, TheMeanOfTheLeadersRepetitionsDecides) {
  History history = with_leaders({0.10, 0.12, 0.13, 0.14});  // the fourth is no leader
  history.set_trial(repeat_of(0, 4, 0.20));
  history.set_trial(repeat_of(1, 5, 0.12));
  EXPECT_EQ(best(history)->trial, 0) << "the finals are not played yet";
  history.set_trial(repeat_of(2, 6, 0.13));
  const auto winner = best(history);
  EXPECT_EQ(winner->trial, 1);
  EXPECT_NEAR(winner->loss, 0.12, 1e-12);
  EXPECT_EQ(winner->trials, (std::vector<int>{1, 5}));
}

TEST(Best, APointThatFailedWhenRepeatedComesLast) {
  History history = with_leaders({0.10, 0.30, 0.40});
  history.set_trial(repeat_of(0, 3, 0, TrialState::kFailed));
  history.set_trial(repeat_of(1, 4, 0.30));
  history.set_trial(repeat_of(2, 5, 0.40));
  EXPECT_EQ(best(history)->trial, 1);
}

TEST(Best, ARepetitionThatTheBudgetCutOffSaysNothing) {
  History history = with_leaders({0.10, 0.30});
  Trial cut = repeat_of(0, 2, 0.9);
  cut.stopped_early = true;
  history.set_trial(cut);
  Trial nothing = repeat_of(0, 3, 0, TrialState::kFailed);
  nothing.stopped_early = true;
  history.set_trial(nothing);
  EXPECT_EQ(best(history)->trial, 0);
  EXPECT_EQ(best(history)->loss, 0.10);
}

TEST(Best, ATrialThatWasCutOffDoesNotDisplaceOneThatWasNot) {
  History history = small_history();
  history.set_trial(finished(0, 0, 0.2));
  Trial cut = finished(1, 1, 0.9);
  cut.stopped_early = true;
  history.set_trial(cut);
  EXPECT_EQ(best(history)->trial, 0);
  History only = small_history();
  cut.number = 0;
  only.set_trial(cut);
  EXPECT_EQ(best(only)->trial, 0);
}

TEST(StudyFile, ComesBackTheSame) {
  Study study = small_study(60);
  study.sampler.options = {{"levels", 4.0}, {"flag", true}, {"text", std::string("x")}};
  study.budget.seconds = 12.5;
  study.budget.cpu_seconds = 99;
  study.budget.fidelity["epochs"] = 2600;
  study.budget.target = -0.25;
  study.budget.patience = 20;
  study.continues = true;
  study.ladder[0].limits["layers"] = {1, 2};
  const std::string toml = to_study_file(study);
  EXPECT_EQ(to_json(parse_study_file(toml, "it")), to_json(study)) << toml;
  EXPECT_EQ(parse_study_file(toml, "it").budget, study.budget);
  study.budget = {60, {}};
  study.lag = 4;
  EXPECT_EQ(parse_study_file(to_study_file(study), "it").lag, 4);
}

TEST(StudyFile, WhatIsWantedAndConstraintsComeBackTheSame) {
  Study study = small_study(60);
  const std::vector<Parameter> parameters(study.space.parameters().begin(), study.space.parameters().end());
  EXPECT_EQ(to_study_file(study).find("maximize"), std::string::npos);
  EXPECT_EQ(to_study_file(study).find("constraints"), std::string::npos);
  study.maximize = true;
  study.space = Space(parameters, {parse_constraint("layers <= 10 * drop"), parse_constraint("not (kind == 'sgd')")});
  const std::string toml = to_study_file(study);
  const Study again = parse_study_file(toml, "it");
  EXPECT_TRUE(again.maximize);
  EXPECT_EQ(constraints_to_json(again.space), Json::parse(R"json(["layers <= 10 * drop", "not (kind == 'sgd')"])json"))
      << toml;
  EXPECT_EQ(to_json(again), to_json(study)) << toml;
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
  const auto with_budget = [&](const std::string& budget) {
    std::string text = good;
    return text.replace(text.find("trials = 60"), 11, budget);
  };
  EXPECT_EQ(refusal(with_budget("")), "budget: give trials, seconds, cpu_seconds, fidelity, target or patience");
  EXPECT_EQ(refusal(with_budget("fidelity = { epochs = 0 }")),
            "budget: fidelity: epochs must be a number above 0, not 0");
  EXPECT_EQ(refusal(with_budget("fidelity = { epoch = 100 }")),
            "budget: fidelity counts epoch, of which rung 1 has no number above 0");
  EXPECT_EQ(refusal(with_budget("fidelity = { epochs = 8 }")),
            "budget: epochs = 8 is less than one trial at the top rung uses; give at least 9");
  Study no_number = small_study(60);
  no_number.budget.target = NAN;
  EXPECT_THROW(parse_study(to_json(no_number)), Error);
  EXPECT_EQ(refusal("lag = 0\n" + good), "the study: lag must be a whole number from 1, not 0");
  EXPECT_EQ(refusal("lag = 4\n" + good), "accepted");
  EXPECT_EQ(
      refusal("lag = 4\n" + with_budget("seconds = 60")),
      "the study: with a lag the budget cannot be time, which differs from run to run; give trials or a fidelity");
}

TEST(StudyFile, ABudgetIsNoDifferenceAndALimitLessIsALargerBudget) {
  const Study stored = small_study(60);
  Study wanted = small_study(90);
  EXPECT_EQ(difference(stored, wanted), "");
  EXPECT_FALSE(is_smaller(wanted.budget, stored.budget, false));
  EXPECT_TRUE(is_smaller(stored.budget, wanted.budget, false));
  wanted.budget.seconds = 600;
  EXPECT_TRUE(is_smaller(wanted.budget, stored.budget, false)) << "a limit more is a smaller budget";
  EXPECT_FALSE(is_smaller(Budget{90, {}}, wanted.budget, false)) << "a limit less is a larger one";
  wanted.seed = 8;
  EXPECT_EQ(difference(stored, wanted), "its seed is 7, now 8 is asked for");
}

TEST(StudyFile, EveryKindOfLimitMayGrowAndNoneShrink) {
  Budget budget;
  budget.cpu_seconds = 10;
  budget.fidelity["epoch"] = 100;
  budget.patience = 5;
  budget.target = 0.5;
  EXPECT_FALSE(is_smaller(budget, budget, false));
  const auto smaller = [&](const std::function<void(Budget&)>& change, bool maximize = false) {
    Budget changed = budget;
    change(changed);
    return is_smaller(changed, budget, maximize);
  };
  EXPECT_TRUE(smaller([](Budget& b) { b.cpu_seconds = 9; }));
  EXPECT_FALSE(smaller([](Budget& b) { b.cpu_seconds = 11; }));
  EXPECT_TRUE(smaller([](Budget& b) { b.fidelity["epoch"] = 99; }));
  EXPECT_TRUE(smaller([](Budget& b) { b.fidelity["size"] = 99; }));
  EXPECT_FALSE(smaller([](Budget& b) { b.fidelity.clear(); }));
  EXPECT_TRUE(smaller([](Budget& b) { b.patience = 4; }));
  EXPECT_TRUE(smaller([](Budget& b) { b.target = 0.6; }));
  EXPECT_FALSE(smaller([](Budget& b) { b.target = 0.4; }));
  EXPECT_TRUE(smaller([](Budget& b) { b.target = 0.4; }, true));
  EXPECT_FALSE(smaller([](Budget& b) { b.target = {}; }));
}

TEST(StudyFile, ADifferenceIsNamedDownToTheOption) {
  const Study stored = small_study(60);
  Study wanted = stored;
  wanted.sampler = {"grid"};
  EXPECT_EQ(difference(stored, wanted), "its sampler is \"random\", now \"grid\" is asked for");
  wanted = stored;
  wanted.schedule.options["promote"] = 0.5;
  EXPECT_EQ(difference(stored, wanted), "its schedule's promote is null, now 0.5 is asked for");
  wanted = stored;
  wanted.ladder.pop_back();
  EXPECT_EQ(difference(stored, wanted),
            "its sizes are epochs 1, epochs 3, epochs 9, now epochs 1, epochs 3 are asked for");
  wanted = stored;
  wanted.lag = 4;
  EXPECT_EQ(difference(stored, wanted), "its lag is null, now 4 is asked for");
  EXPECT_EQ(difference(wanted, stored), "its lag is 4, now null is asked for");
  wanted = stored;
  wanted.space = tiny_space();
  EXPECT_EQ(difference(stored, wanted), "its space is another");
  wanted = stored;
  wanted.maximize = true;
  EXPECT_EQ(difference(stored, wanted), "its maximize is false, now true is asked for");
  EXPECT_EQ(difference(wanted, stored), "its maximize is true, now false is asked for");
  wanted = stored;
  wanted.learn_from = {"url#other"};
  EXPECT_EQ(difference(stored, wanted), "its learn_from is null, now [\"url#other\"] is asked for");
  EXPECT_EQ(difference(wanted, stored), "its learn_from is [\"url#other\"], now null is asked for");
}

TEST(StudyFile, ADifferenceNamesTheConstraint) {
  const auto with = [](const Json& constraints) {
    return small_study(60, 3, "ramp", parse_space(to_json(mixed_space()), constraints));
  };
  const Study none = with(Json::array()), one = with({"layers <= 2"});
  EXPECT_EQ(difference(none, one), "it lacks the constraint \"layers <= 2\", which is asked for now");
  EXPECT_EQ(difference(one, none), "it has the constraint \"layers <= 2\", which is not asked for now");
  EXPECT_EQ(difference(one, with({"layers < 3"})), "it has the constraint \"layers <= 2\", which is not asked for now");
  EXPECT_EQ(difference(one, with({" layers<=2 "})), "");
}

TEST(Study, SharesAddUpToOneAtTheTop) {
  const Study study = small_study(60);
  EXPECT_DOUBLE_EQ(study.cumulative_share(0), 0.5);
  EXPECT_DOUBLE_EQ(study.cumulative_share(1), 5.0 / 6);
  EXPECT_DOUBLE_EQ(study.cumulative_share(2), 1);
}

}  // namespace
}  // namespace crescendo
