#include "search/lineage.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "base/files.h"
#include "base/json.h"
#include "crescendo/search.h"
#include "objective/cnn.h"
#include "objective/cnn_start.h"
#include "search/claiming.h"
#include "search/keep.h"
#include "search/summary.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

// Sides 16, 32, 32, 32.
Study mixed_study(bool continues) {
  Study study = small_study(40, 4);
  study.continues = continues;
  for (std::size_t rung = 0; rung < 4; ++rung) study.ladder[rung].fidelity["image_side"] = rung == 0 ? 16 : 32;
  return study;
}

Trial trial_at(int number, int rung, std::optional<int> parent = {}, int warm = -1, int repeat = -1) {
  Trial trial;
  trial.number = number;
  trial.rung = rung;
  trial.parent = parent;
  trial.tag.warm = warm;
  trial.tag.repeat = repeat;
  trial.state = TrialState::kFinished;
  trial.loss = 0.1 * number;
  trial.ended_revision = trial.revision = static_cast<std::uint64_t>(number) + 1;
  return trial;
}

// 0 -> 1 -> 2 -> 3, a trial a rung, 1 started from the weights of 0; 4 repeats 3.
History climbed(bool continues, int warm) {
  History history(std::make_shared<const Study>(mixed_study(continues)));
  history.set_trial(trial_at(0, 0));
  history.set_trial(trial_at(1, 1, 0, warm));
  history.set_trial(trial_at(2, 2, 1));
  history.set_trial(trial_at(3, 3, 2));
  history.set_trial(trial_at(4, 3, 3, -1, 1));
  return history;
}

std::vector<int> line_of(const History& history, int trial) {
  std::vector<int> numbers;
  for (const Trial& before : lineage(history, history.trial(trial))) numbers.push_back(before.number);
  return numbers;
}

TEST(Lineage, IsWhatATrainingGoesThrough) {
  const History plain = climbed(false, -1);
  for (int trial = 0; trial < 5; ++trial) EXPECT_EQ(line_of(plain, trial), std::vector<int>()) << trial;

  const History continues = climbed(true, -1);
  EXPECT_EQ(line_of(continues, 1), std::vector<int>()) << "another side";
  EXPECT_EQ(line_of(continues, 2), (std::vector{1}));
  EXPECT_EQ(line_of(continues, 3), (std::vector{1, 2}));
  EXPECT_EQ(line_of(continues, 4), std::vector<int>()) << "a repetition is trained from the start";
  EXPECT_FALSE(started_from(continues, continues.trial(3)));

  const History both = climbed(true, 1);
  EXPECT_EQ(line_of(both, 1), (std::vector{0}));
  EXPECT_EQ(line_of(both, 3), (std::vector{0, 1, 2}));
  EXPECT_EQ(line_of(both, 4), (std::vector{0})) << "a repetition starts as what it repeats";
  EXPECT_EQ(started_from(both, both.trial(3)), 0);
  EXPECT_EQ(started_from(both, both.trial(4)), 0);

  const History warm = climbed(false, 1);
  EXPECT_EQ(line_of(warm, 1), (std::vector{0}));
  EXPECT_EQ(line_of(warm, 2), std::vector<int>());
}

TEST(Lineage, OneTrainingHasOneSeed) {
  const History history = climbed(true, 1);
  const auto seed = [&](int trial) { return execution_seed(history, history.trial(trial)); };
  EXPECT_EQ(seed(0), trial_seed(history.study(), 0));
  EXPECT_EQ(seed(1), trial_seed(history.study(), 1)) << "it starts from weights, but is a training of its own";
  EXPECT_EQ(seed(2), seed(1));
  EXPECT_EQ(seed(3), seed(1));
  EXPECT_EQ(seed(4), trial_seed(history.study(), 4)) << "a repetition shows what another seed comes to";
}

// 0 -> 1 -> 2 -> 3 in a population: 2 began from 1's end with a point of its own.
History perturbed() {
  Study study = mixed_study(true);
  study.ladder.erase(study.ladder.begin());
  study.ladder.push_back(study.ladder.back());
  study.ladder.back().fidelity["epochs"] = 81;
  History history(std::make_shared<const Study>(study));
  const Point point{{0.01, 1, kInactive, 0, kInactive, 0.1, kInactive}},
      other{{0.012, 1, kInactive, 0, kInactive, 0.05, kInactive}};
  for (int number = 0; number < 4; ++number) {
    Trial trial = trial_at(number, number, number > 0 ? std::optional(number - 1) : std::nullopt, number > 1 ? 1 : -1);
    trial.point = number > 1 ? other : point;
    if (number == 2) trial.box = 0;
    history.set_trial(trial);
  }
  return history;
}

TEST(Lineage, APerturbedTrialGoesOnAsATrainingOfItsOwn) {
  const History history = perturbed();
  EXPECT_EQ(line_of(history, 3), (std::vector{0, 1, 2}));
  EXPECT_FALSE(started_from(history, history.trial(3)));
  const auto seed = [&](int trial) { return execution_seed(history, history.trial(trial)); };
  EXPECT_EQ(seed(1), trial_seed(history.study(), 0));
  EXPECT_EQ(seed(2), trial_seed(history.study(), 2)) << "or two that go on from one trial would see the same batches";
  EXPECT_EQ(seed(3), seed(2));
}

TEST(Lineage, TellsThePointsThatATrainingHadBefore) {
  const History history = perturbed();
  EXPECT_TRUE(earlier_points(history, history.trial(1)).empty());
  const std::vector<Trial> earlier = earlier_points(history, history.trial(3));
  ASSERT_EQ(earlier.size(), 1u);
  EXPECT_EQ(earlier.front().number, 1);
  EXPECT_EQ(difference_text(history.study().space, *earlier.front().point, *history.trial(3).point),
            "rate 0.01, drop 0.1");
  const std::string toml = point_toml(history, 3);
  EXPECT_NE(toml.find("# Until 32 px, epochs 9 its training had: rate 0.01, drop 0.1 (trial 1).\n"
                      "# Below are the values that it ended with."),
            std::string::npos)
      << toml;
}

class Thinned : public testing::Test {
 protected:
  Thinned() : folder_(fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    store_->create(mixed_study(true));
    History history(std::make_shared<const Study>(mixed_study(true)));
    for (int trial = 0; trial < 5; ++trial) {  // whose files' list is thinned too
      store_->claim(
          history, {"test", kNoSession, 0, 60}, [](const std::string&) { return OwnerState::kAlive; },
          [](const History& seen) {
            return Start{0, seen.study().rung_box(0), {}};
          });
    }
  }
  ~Thinned() override { fs::remove_all(folder_); }

  void leave(const History& history) {
    for (const Trial& trial : history.trials()) {
      const fs::path own = folder_ / "trials" / std::to_string(trial.number);
      fs::create_directories(own);
      for (const auto file : {kCheckpointFile, kWeightsFile}) write_file(own / file, "w");
    }
  }

  void thin(const History& history, int keep, int ended) {
    thin_weights(*store_, history, folder_, keep, *make_schedule(history.study()), ended);
  }

  // Trials that still have a file.
  std::vector<int> with(std::string_view file) const {
    std::vector<int> numbers;
    for (int trial = 0; fs::exists(folder_ / "trials" / std::to_string(trial)); ++trial) {
      if (fs::exists(folder_ / "trials" / std::to_string(trial) / file)) numbers.push_back(trial);
    }
    return numbers;
  }

  fs::path folder_;
  std::unique_ptr<Store> store_ = open_store("memory:");
};

TEST_F(Thinned, WhatAPromotionWentOnFromIsRemovedOnceItEnded) {
  History history(std::make_shared<const Study>(mixed_study(true)));
  for (int number : {0, 1}) history.set_trial(trial_at(number, 1));
  history.set_trial(trial_at(2, 2, 0));
  leave(history);
  thin(history, 3, 0);
  EXPECT_EQ(with(kCheckpointFile), (std::vector{0, 1, 2})) << "the end of a trial that began anew frees nothing";
  thin(history, 3, 2);
  EXPECT_EQ(with(kCheckpointFile), (std::vector{1, 2})) << "1 and 2 may be promoted yet";
}

TEST_F(Thinned, WhatAnotherTrialStillGoesOnFromStays) {
  History history(std::make_shared<const Study>(mixed_study(true)));
  history.set_trial(trial_at(0, 1));
  history.set_trial(trial_at(1, 2, 0));
  Trial running = trial_at(2, 3, 0);
  running.state = TrialState::kRunning;
  history.set_trial(running);
  leave(history);
  thin(history, 3, 1);
  EXPECT_EQ(with(kCheckpointFile), (std::vector{0, 1, 2}));
}

TEST_F(Thinned, WhatMembersOfAPopulationMayBeReplacedByStaysUntilAllHaveMoved) {
  Study study = mixed_study(true);
  study.schedule = {"population", {{"population", 3.0}}};
  study.ladder.erase(study.ladder.begin());
  History history(std::make_shared<const Study>(suited(study)));
  const auto member = [&](int number, int rung, std::optional<int> parent, int slot) {
    Trial trial = trial_at(number, rung, parent);
    trial.tag.bracket = 0;
    trial.tag.slot = slot;
    history.set_trial(trial);
  };
  for (int slot = 0; slot < 3; ++slot) member(slot, 0, {}, slot);
  member(3, 1, 0, 0);
  leave(history);
  thin(history, 3, 3);
  EXPECT_EQ(with(kCheckpointFile), (std::vector{0, 1, 2, 3})) << "others may go on from 0";
  member(4, 1, 1, 1);
  leave(history);
  member(5, 1, 0, 2);  // in place of 2
  leave(history);
  thin(history, 3, 4);
  EXPECT_EQ(with(kCheckpointFile), (std::vector{3, 4, 5})) << "2, which nobody went on from, goes too";
}

TEST_F(Thinned, WeightsThatARepetitionWouldStartFromStayAsLongAsItsPointIsAmongTheBest) {
  Study study = mixed_study(true);
  study.schedule.options["finalists"] = 1.0;  // each of them keeps its own, however few points are kept
  History history(std::make_shared<const Study>(study));
  history.set_trial(trial_at(0, 0));
  history.set_trial(trial_at(1, 1, 0, 1));
  history.set_trial(trial_at(2, 2, 1));
  leave(history);
  thin(history, 1, 1);
  EXPECT_EQ(with(kWeightsFile), (std::vector{0, 1, 2})) << "1 may go on to the top, and be repeated there";
  history.set_trial(trial_at(3, 3, 2));
  leave(history);
  thin(history, 1, 3);
  EXPECT_EQ(with(kWeightsFile), (std::vector{0, 3}));
  EXPECT_EQ(with(kCheckpointFile), (std::vector{0, 3}));
  Trial better = trial_at(4, 3);
  better.loss = 0;
  history.set_trial(better);
  fs::create_directories(folder_ / "trials" / "4");
  write_file(folder_ / "trials" / "4" / kWeightsFile, "w");
  thin(history, 1, 4);
  EXPECT_EQ(with(kWeightsFile), (std::vector{4})) << "nobody repeats 3 any more";
}

// Tells an epoch for each of its rung, with a loss that the seed and the epoch say, and leaves what is asked for.
class Continuing : public Objective {
 public:
  struct Seen {
    std::uint64_t seed;
    fs::path from;
    bool keep, from_was_there;
  };
  Continuing(std::map<int, Seen>& seen, bool forgets) : seen_(seen), forgets_(forgets) {}

  std::optional<Outcome> evaluate(const Assignment& a, const Hooks& hooks) override {
    seen_[a.trial] = {a.seed, a.from, a.keep, !a.from.empty() && fs::exists(a.from / kCheckpointFile)};
    if (a.keep) write_file(a.folder / kCheckpointFile, "c");
    const int before = a.line.empty() || forgets_ ? 0 : epochs(a.study, a.line.back().rung);
    Outcome outcome;
    for (int epoch = before + 1; epoch <= epochs(a.study, a.rung); ++epoch) {
      outcome.loss = Rng(a.seed, {static_cast<std::uint64_t>(epoch)}).uniform();
      hooks.after_epoch({epoch, outcome.loss, {{"half", outcome.loss / 2}}});
    }
    return outcome;
  }

 private:
  static int epochs(const Study& study, int rung) {
    return static_cast<int>(study.ladder[static_cast<std::size_t>(rung)].fidelity.at("epochs"));
  }
  std::map<int, Seen>& seen_;
  bool forgets_;
};

TEST(Continued, ATrialGetsItsParentsFolderSeedAndCurve) {
  for (const bool maximize : {false, true}) {
    for (const bool forgets : {false, true}) {
      const fs::path folder = fs::path(testing::TempDir()) / "continued";
      fs::remove_all(folder);
      Study study = small_study(26, 3, "halving");  // two brackets of 9, 3 and 1
      study.schedule.options["repeats"] = 0.0;
      study.schedule.options["n"] = 9.0;
      study.continues = true;
      study.maximize = maximize;
      const auto store = open_store("memory:");
      store->create(study);
      std::map<int, Continuing::Seen> seen;
      SearchOptions options;
      options.folder = folder;
      Observer silent;
      run_search(
          *store, study, [&] { return std::make_unique<Continuing>(seen, forgets); }, options, silent);
      const History history = read_history(*store, "small");
      int promoted = 0;
      for (const Trial& trial : history.trials()) {
        const Continuing::Seen& was = seen.at(trial.number);
        EXPECT_EQ(was.keep, trial.rung < 2);
        const fs::path own = folder / "trials" / std::to_string(trial.number);
        const Json curve = parse_json(read_file(own / "curve.json"), "curve");
        ASSERT_EQ(curve.size(), study.ladder[static_cast<std::size_t>(trial.rung)].fidelity.at("epochs"));
        ASSERT_EQ(trial.curve.size(), curve.size());
        for (std::size_t i = 0; i < curve.size(); ++i) {
          const double loss = Rng(was.seed, {i + 1}).uniform();
          EXPECT_EQ(trial.curve[i], maximize ? -loss : loss);
          EXPECT_EQ(curve[i], Json({{"epoch", i + 1}, {"loss", loss}, {"half", loss / 2}}));
        }
        EXPECT_EQ(store->curve("small", trial.number).front().metrics.count("half"), 1u);
        EXPECT_EQ(fs::exists(own / kCheckpointFile), trial.rung < 2 && history.children(trial.number).empty());
        if (!trial.parent) {
          EXPECT_TRUE(was.from.empty());
          continue;
        }
        ++promoted;
        EXPECT_EQ(was.from, folder / "trials" / std::to_string(*trial.parent));
        EXPECT_TRUE(was.from_was_there);
        EXPECT_EQ(was.seed, seen.at(*trial.parent).seed);
      }
      EXPECT_EQ(promoted, 8);
      EXPECT_EQ(history.used("epochs"), 2 * (9 * 1 + 3 * 2 + 6));
      fs::remove_all(folder);
    }
  }
}

}  // namespace
}  // namespace crescendo
