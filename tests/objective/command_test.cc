#include <gtest/gtest.h>

#include "tests/objective/programs.h"

namespace crescendo {
namespace {

class Command : public ProgramTest {
 protected:
  Command() : ProgramTest("command") {}
};

TEST_F(Command, TheLastAnswerIsTheResult) {
  const Outcome outcome = outcome_of(script(R"(
      echo 3
      echo 'reading {"loss": 1}'
      echo '{"loss": 0.25, "accuracy": 0.75, "note": "x"}'
      echo bye)"));
  EXPECT_FALSE(outcome.failed) << outcome.reason;
  EXPECT_EQ(outcome.loss, 0.25);
  EXPECT_EQ(outcome.metrics, (std::map<std::string, double>{{"accuracy", 0.75}}));
  EXPECT_FALSE(outcome.stopped_early);
  EXPECT_EQ(outcome.reason, "");
}

TEST_F(Command, ABareNumberWithoutAnEndOfLineIsAResult) { EXPECT_EQ(outcome_of(script("printf 0.5")).loss, 0.5); }

TEST_F(Command, TheLossMayHaveAnotherName) {
  EXPECT_EQ(outcome_of(script("echo '{\"loss\": 1, \"f1\": 0.5}'"), {{"loss", "f1"}}).loss, 0.5);
}

TEST_F(Command, ValuesArriveUnaltered) {
  const auto of =
      objective(script("printf '%s|' \"$@\" > \"$FOLDER/words\"; echo 1",
                       "{rate} {units} 'w={word}' {extra} {epochs} {share_of_data} {trial} {seed} {folder}"));
  ASSERT_FALSE(evaluate(*of, kOdd, 1)->failed);
  EXPECT_EQ(left("words"), "1e-07|32|w=a 'b\" {rate} \\ $HOME\n*|0.30000000000000004|10|0.5|7|5|" +
                               std::filesystem::absolute(folder_).string() + "|");
}

TEST_F(Command, WhatIsNotThereIsAnEmptyWord) {
  const auto of =
      objective(script("printf '%s|' \"$@\" > \"$FOLDER/words\"; echo 1", "{extra} {share_of_data} {word}"));
  ASSERT_FALSE(evaluate(*of, R"({"rate": 1, "units": 1, "word": null})")->failed);
  EXPECT_EQ(left("words"), "||null|");
}

TEST_F(Command, ThePointIsOnItsInputAndInItsEnvironment) {
  const auto of = objective(script(R"(cat > "$FOLDER/input"
      printf '%s|' "$CRESCENDO_POINT" "$CRESCENDO_TRIAL" "$CRESCENDO_SEED" "$CRESCENDO_FOLDER" > "$FOLDER/environment"
      echo 1)"));
  ASSERT_FALSE(evaluate(*of, kOdd, 1)->failed);
  const std::string point =
      R"({"rate":1e-07,"units":32,"word":"a 'b\" {rate} \\ $HOME\n*","extra":0.30000000000000004,)"
      R"("epochs":10,"share_of_data":0.5})";
  EXPECT_EQ(left("input"), point + "\n");
  EXPECT_EQ(left("environment"), point + "|7|5|" + std::filesystem::absolute(folder_).string() + "|");
}

TEST_F(Command, IsToldWhichTrialItGoesOnFrom) {
  study_.continues = true;
  const auto of = objective(script(R"(printf '%s|' "$@" "$CRESCENDO_PARENT" "$CRESCENDO_PARENT_FOLDER" > "$FOLDER/words"
      echo 1)",
                                   "{parent} {parent_folder}"));
  ASSERT_FALSE(evaluate(*of)->failed);
  EXPECT_EQ(left("words"), "||||");
  parent_.emplace_back().number = 4;
  ASSERT_FALSE(evaluate(*of, kPlain, 1)->failed);
  const std::string folder = std::filesystem::absolute(folder_ / "4").string();
  EXPECT_EQ(left("words"), "4|" + folder + "|4|" + folder + "|");
}

TEST_F(Command, PointsOfTheCurveAreReported) {
  const Outcome outcome = outcome_of(script(R"(
      echo '{"step": 0, "loss": 9}'
      echo '{"step": 1, "loss": 0.5, "accuracy": 0.25}'
      echo '{"step": 3, "loss": 0.75}')"));
  EXPECT_EQ(epochs(), (std::vector{1, 3}));
  EXPECT_EQ(reports_[0].loss, 0.5);
  EXPECT_EQ(reports_[0].metrics, (std::map<std::string, double>{{"accuracy", 0.25}}));
  EXPECT_FALSE(outcome.failed);
  EXPECT_EQ(outcome.loss, 0.75) << "the last one is the result where there is no other";
}

TEST_F(Command, AnAnswerCountsMoreThanTheCurve) {
  EXPECT_EQ(outcome_of(script("echo 0.125; echo '{\"step\": 1, \"loss\": 0.5}'")).loss, 0.125);
}

TEST_F(Command, StepsMustGrow) {
  const Outcome outcome = outcome_of(script("for i in 1 2 2; do echo \"{\\\"step\\\": $i, \\\"loss\\\": 1}\"; done"));
  EXPECT_TRUE(outcome.failed);
  EXPECT_NE(outcome.reason.find("step 2 came after step 2"), std::string::npos) << outcome.reason;
}

const char* const kLongCurve = R"(
    sleep 1000 &
    echo $! > "$FOLDER/child"
    for i in 1 2 3 4 5 6; do echo "{\"step\": $i, \"loss\": 0.$i}"; done
    wait)";

TEST_F(Command, StoppedItsLastPointIsTheResult) {
  end_epoch_ = 3;
  const Outcome outcome = outcome_of(script(kLongCurve));
  EXPECT_EQ(epochs(), (std::vector{1, 2, 3}));
  EXPECT_FALSE(outcome.failed) << outcome.reason;
  EXPECT_TRUE(outcome.stopped_early);
  EXPECT_EQ(outcome.loss, 0.3);
  EXPECT_TRUE(has_ended("child"));
}

TEST_F(Command, CancelledThereIsNoOutcome) {
  end_epoch_ = 2;
  end_ = Going::kCancel;
  const auto of = objective(script(kLongCurve));
  EXPECT_FALSE(evaluate(*of).has_value());
  EXPECT_TRUE(has_ended("child"));
}

TEST_F(Command, StoppedBeforeItsFirstPointItHasFailed) {
  const Outcome outcome = outcome_of(script("touch \"$FOLDER/end\"; sleep 1000"));
  EXPECT_TRUE(outcome.failed);
  EXPECT_TRUE(outcome.stopped_early);
  EXPECT_EQ(outcome.reason, "it was stopped before it gave a loss");
}

TEST_F(Command, IsAskedWhileTheProgramIsSilent) {
  EXPECT_EQ(outcome_of(script("sleep 0.3; echo 1")).loss, 1);
  EXPECT_GE(asked_, 3);
}

TEST_F(Command, TheTimeLimitEndsIt) {
  const Outcome outcome = outcome_of(script(R"(sleep 1000 & echo $! > "$FOLDER/child"; echo 0.5; echo slow >&2; wait)"),
                                     {{"time_limit_seconds", 1.0}});
  EXPECT_TRUE(outcome.failed);
  EXPECT_FALSE(outcome.stopped_early);
  EXPECT_EQ(outcome.reason, "it did not end within the time limit of 1 s; its last words:\nslow");
  EXPECT_GE(outcome.seconds, 1.0);
  EXPECT_TRUE(has_ended("child"));
}

TEST_F(Command, AnExitStatusFailsItWhateverItSaid) {
  const Outcome outcome = outcome_of(script("echo 0.5; echo first >&2; echo last >&2; exit 3"));
  EXPECT_TRUE(outcome.failed);
  EXPECT_EQ(outcome.reason, "it ended with exit status 3; its last words:\nfirst\nlast");
}

TEST_F(Command, ASignalFailsIt) {
  const Outcome outcome = outcome_of(script("echo '{\"step\": 1, \"loss\": 0.5}'; kill -9 $$"));
  EXPECT_TRUE(outcome.failed);
  EXPECT_EQ(outcome.reason, "it was ended by signal 9 (Killed)");
}

TEST_F(Command, WithoutAResultItHasFailed) {
  const Outcome outcome = outcome_of(script("echo 'loss: 0.5'; echo '{\"accuracy\": 1}'; echo hint >&2"));
  EXPECT_TRUE(outcome.failed);
  EXPECT_EQ(outcome.reason,
            "no line of its output is a number or a JSON object with a number 'loss'; its last words:\nhint");
}

TEST_F(Command, ALossThatIsNotFiniteFailsIt) {
  EXPECT_EQ(outcome_of(script("echo 1; echo nan")).reason, "its loss is nan, not a finite number");
  const Outcome curve = outcome_of(script("echo '{\"step\": 1, \"loss\": NaN}'; sleep 1000"));
  EXPECT_TRUE(curve.failed);
  EXPECT_NE(curve.reason.find("its loss is NaN"), std::string::npos) << curve.reason;
  EXPECT_EQ(outcome_of(script("echo nan; echo 1")).loss, 1);
}

TEST_F(Command, MaySayThatThePointFailed) {
  const Outcome outcome = outcome_of(script("echo '{\"failed\": \"no such layer\"}'; exit 1"));
  EXPECT_TRUE(outcome.failed);
  EXPECT_EQ(outcome.reason, "the program says: no such layer");
}

TEST_F(Command, ManyErrorsAndAnInputThatNobodyReadsBlockNothing) {
  const Outcome outcome = outcome_of(script("head -c 1000000 /dev/zero | tr '\\0' 'e' >&2; seq 100000; echo 0.5"));
  EXPECT_EQ(outcome.loss, 0.5) << outcome.reason;
}

TEST_F(Command, ItsProcessorTimeIsCounted) {
  const Outcome outcome = outcome_of(script("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; echo 1"));
  EXPECT_GT(outcome.cpu_seconds, 0);
  EXPECT_GT(outcome.seconds, 0);
}

TEST_F(Command, WhatCannotBeRunIsRefusedBeforeAnyTrial) {
  expect_bad_input("no-such-program --lr {rate}", "no program 'no-such-program'");
  expect_bad_input("sh -c {rte}", "there are: {epochs} {extra} {folder} {rate} {seed} {share_of_data} {trial} {units}");
  expect_bad_input("sh -c 'x", "never closes its '");
  expect_bad_input("", "run is missing");
}

TEST_F(Command, AProgramThatIsChosenByTheSpaceIsSoughtWhenItIsRun) {
  const auto of = objective("./no-{word}");
  EXPECT_THROW(evaluate(*of), Error);
}

TEST_F(Command, NamesMustBeClear) {
  study_.ladder[1].fidelity["units"] = 3;
  expect_bad_input("sh", "'units' is a parameter and a fidelity");
  study_.ladder[1].fidelity.erase("units");
  study_.ladder[1].fidelity["seed"] = 3;
  expect_bad_input("sh", "the fidelity 'seed' has a name that means something else");
}

}  // namespace
}  // namespace crescendo
