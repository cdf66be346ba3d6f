#include "objective/program.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/objective/programs.h"

namespace crescendo {
namespace {

class Programs : public ProgramTest {
 protected:
  Programs() : ProgramTest("command") {}
};

TEST_F(Programs, OptionsComeBack) {
  const Options options{{"run", "a b"}, {"loss", "f1"}, {"time_limit_seconds", 0.5}};
  EXPECT_EQ(to_options(read_program_options(options, "command")), options);
}

TEST_F(Programs, OptionsThatMakeNoSenseAreRefused) {
  expect_bad_input("sh", "objective command has no option called 'lost'; there are: run loss", {{"lost", "x"}});
  expect_bad_input("sh", "other than step", {{"loss", "step"}});
  expect_bad_input("sh", "other than step", {{"loss", ""}});
  expect_bad_input("sh", "time_limit_seconds must be a number", {{"time_limit_seconds", -1.0}});
}

TEST_F(Programs, TheListHasThemAll) {
  for (const char* name : {"command", "server"}) {
    EXPECT_NE(find_entry(kObjectives, name, "objective").make, nullptr);
    EXPECT_EQ(find_entry(kObjectives, name, "objective").options.size(), 3u);
  }
  EXPECT_EQ(find_entry(kObjectives, "cnn", "objective").make, nullptr);
}

// The programs of examples/ on a space of their own.
class Examples : public ProgramTest {
 protected:
  explicit Examples(const char* objective = "command") : ProgramTest(objective) {
    study_.space = parse_space(parse_json(R"([
        {"name": "learning_rate", "type": "float", "low": 1e-4, "high": 1, "log": true},
        {"name": "units", "type": "int", "low": 1, "high": 256}])",
                                          "space"));
  }
  static constexpr const char* kBest = R"({"learning_rate": 0.01, "units": 64})";
  static constexpr const char* kWorse = R"({"learning_rate": 0.001, "units": 16})";
  const std::string examples_ = CRESCENDO_SOURCE_DIR "/examples/";
};

TEST_F(Examples, ACommandTrains) {
  const auto of = objective("python3 '" + examples_ +
                            "command/train.py' --lr {learning_rate} --units {units} --epochs {epochs} --seed {seed}");
  const auto best = evaluate(*of, kBest, 1);
  ASSERT_TRUE(best && !best->failed) << best->reason;
  // 0.1, and 0.5 / 10 epochs, and noise of 0.005.
  EXPECT_NEAR(best->loss, 0.15, 0.03);
  EXPECT_EQ(best->metrics.at("size_kib"), 16);
  EXPECT_EQ(reports_.size(), 10u);
  EXPECT_NEAR(evaluate(*of, kWorse, 0)->loss, 0.1 + 0.1 + 0.08 + 0.5 / 3, 0.03);
}

TEST_F(Examples, AServerEvaluates) {
  study_.objective.name = "server";
  const auto of = objective("python3 '" + examples_ + "server/evaluate.py'");
  for (int i = 0; i < 3; ++i) EXPECT_NEAR(evaluate(*of, kBest, 1)->loss, 0.15, 1e-9);
  EXPECT_NEAR(evaluate(*of, kWorse, 0)->loss, 0.1 + 0.1 + 0.08 + 0.5 / 3, 1e-9);
}

}  // namespace
}  // namespace crescendo
