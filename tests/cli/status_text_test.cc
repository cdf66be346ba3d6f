#include "cli/status_text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "objective/cnn_space.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

// Of pictures: ten trials of 8 px and two of 16 px have ended, one failed, and two run.
class StatusText : public testing::Test {
 protected:
  StatusText() {
    study_ = small_study(30);
    study_.name = "digits";
    study_.objective = {"cnn"};
    study_.ladder = image_ladder(std::array{8, 16}, 12);
    draw();
  }

  void draw() {
    history_ = History(std::make_shared<const Study>(study_));
    status_ = {};
    for (int n = 0; n < 10; ++n) add(n, 0, TrialState::kFinished, 0.5 - 0.04 * n);
    add(10, 1, TrialState::kFinished, 0.25);
    add(11, 1, TrialState::kFailed, 0);
    add(12, 1, TrialState::kFinished, 0.125);
    add(13, 1, TrialState::kRunning, 0);
    add(14, 1, TrialState::kRunning, 0, {0.5, 0.375, 0.25});
    history_.set_elapsed_seconds(150);
    status_.state = StudyState::kRunning;
    status_.processes = 1;
    status_.elapsed_seconds = 150;
    status_.running = {{13, 4}, {14, 19.6}};
    for (int n = 0; n < 10; ++n) status_.course.push_back({10.0 * (n + 1), n});
    status_.course.push_back({110, 10});
    status_.course.push_back({130, 12});
  }

  void add(int number, int rung, TrialState state, double loss, std::vector<double> curve = {}) {
    Trial trial;
    trial.number = number;
    trial.rung = rung;
    trial.state = state;
    trial.loss = loss;
    trial.curve = std::move(curve);
    trial.seconds = state == TrialState::kRunning ? 0 : 5;
    trial.point = Point{{1e-3, 1, kInactive, 0, kInactive, 0.1, kInactive}};
    history_.set_trial(trial);
  }

  std::string text(const StatusLook& look = {}) const { return status_text(history_, status_, look); }

  Study study_;
  History history_{std::make_shared<const Study>(small_study(1))};
  StudyStatus status_;
};

TEST_F(StatusText, ShowsRungsTheBestWhatRunsAndACurve) {
  EXPECT_EQ(text({.unicode = false}), R"(digits: running
13 of 30 trials, 2 min 30 s

  size   trials  planned  running  failed  trial seconds  best error
  8 px       10       20        0       0           50.0      14.0 %
  16 px       5       10        2       1           15.0      12.5 %

best: error 12.5 %, trial 12 at 16 px

  runs now  size   epochs  seconds  last error
  trial 13  16 px    0/12        4           -
  trial 14  16 px    3/12       20      25.0 %

best error so far, over 2 min 30 s
  50.0 %     '''''|----|
                       |---|_____
                                |----|
                                     ''''|_____             __________
                                              |---|                  |
  12.5 %                                          '''''|-----        |_________
             8 px                                           16 px
)");
}

TEST_F(StatusText, KeepsToTheTerminalItIsGiven) {
  for (const int columns : {20, 40, 80}) {
    for (const int rows : {12, 15, 20, 24}) {
      const std::string shown = text({.columns = columns, .rows = rows, .unicode = false});
      std::istringstream in(shown);
      int lines = 0;
      for (std::string line; std::getline(in, line); ++lines) EXPECT_LE(line.size(), static_cast<std::size_t>(columns));
      EXPECT_LE(lines, rows) << shown;
    }
  }
  for (int n = 15; n < 60; ++n) {
    add(n, 1, TrialState::kRunning, 0);
    status_.running.push_back({n, 1});
  }
  const std::string busy = text({.rows = 24, .unicode = false});
  EXPECT_LE(std::count(busy.begin(), busy.end(), '\n'), 24);
  EXPECT_NE(busy.find("trial 13"), std::string::npos);
  EXPECT_NE(busy.find(" more\n"), std::string::npos);
  EXPECT_NE(text({.unicode = false}).find("trial 59"), std::string::npos) << "of any length where nothing limits it";
}

TEST_F(StatusText, IsPlainUnlessColoursAreWanted) {
  EXPECT_EQ(text().find('\033'), std::string::npos);
  std::string coloured = text({.colour = true});
  EXPECT_NE(coloured.find("\033[1;32mbest: error 12.5 %, trial 12 at 16 px\033[0m\n"), std::string::npos);
  for (std::size_t at; (at = coloured.find('\033')) != std::string::npos;) {
    coloured.erase(at, coloured.find('m', at) + 1 - at);
  }
  EXPECT_EQ(coloured, text());
}

TEST_F(StatusText, NamesEveryLimitOfTheBudget) {
  study_.budget = {
      .trials = {}, .seconds = 600, .cpu_seconds = 1200, .fidelity = {{"epochs", 300}}, .target = 0.05, .patience = 9};
  draw();
  EXPECT_NE(text({.columns = 200})
                .find("\n13 trials, 2 min 30 s of 10 min 0 s, 0.0 s of 20 min 0 s of CPU time, epochs "
                      "180 of 300, until 0.05 is reached, 0 of 9 trials without a better one\n"),
            std::string::npos)
      << text({.columns = 200});
}

TEST_F(StatusText, AStudyWithoutTrialsIsShown) {
  history_ = History(std::make_shared<const Study>(study_));
  status_ = {};
  EXPECT_EQ(text(), R"(digits: stopped
0 of 30 trials, 0.0 s

  size   trials  planned  running  failed  trial seconds  best error
  8 px        0       20        0       0            0.0           -
  16 px       0       10        0       0            0.0           -
)");
}

TEST_F(StatusText, AProgramsValuesAreItsOwnAndPlansAreShownWhereThereAreAny) {
  study_.objective = {"command", {{"loss", "accuracy"}}};
  study_.maximize = true;
  study_.schedule = {"asha"};
  draw();
  const std::string shown = text({.unicode = false});
  EXPECT_EQ(shown.find("planned"), std::string::npos);
  EXPECT_NE(shown.find("best: accuracy -0.125, trial 12 at 16 px"), std::string::npos) << shown;
  EXPECT_NE(shown.find("last accuracy"), std::string::npos);
}

TEST_F(StatusText, ValuesThatAreFarApartAreDrawnByPowers) {
  study_.objective = {"command"};
  draw();
  EXPECT_EQ(text().find("logarithmic"), std::string::npos);
  add(15, 1, TrialState::kFinished, 1e-6);
  status_.course.push_back({140, 15});
  EXPECT_NE(text().find("best loss so far, over 2 min 30 s, logarithmic\n"), std::string::npos) << text();
}

TEST_F(StatusText, TheLineSaysTheSameInShort) {
  EXPECT_EQ(status_line(history_, status_),
            "running: 13 of 30 trials, 2 run up to 16 px, best: error 12.5 %, trial 12 at 16 px");
  status_.running.clear();
  status_.interrupted = 2;
  status_.state = StudyState::kStopped;
  EXPECT_EQ(status_line(history_, status_),
            "stopped, 2 interrupted trials: 13 of 30 trials, best: error 12.5 %, trial 12 at 16 px");
}

}  // namespace
}  // namespace crescendo
