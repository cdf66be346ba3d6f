#include <gtest/gtest.h>

#include "tests/objective/programs.h"

namespace crescendo {
namespace {

class Server : public ProgramTest {
 protected:
  Server() : ProgramTest("server") {}

  double loss_of(Objective& of) {
    const auto outcome = evaluate(of);
    if (outcome && !outcome->failed) return outcome->loss;
    ADD_FAILURE() << (outcome ? outcome->reason : "cancelled");
    return -1;
  }

  std::string reason_of(Objective& of) {
    const auto outcome = evaluate(of);
    EXPECT_TRUE(outcome && outcome->failed);
    return outcome ? outcome->reason : "cancelled";
  }

  // Counts its trials; does `second` in place of the second answer.
  std::unique_ptr<Objective> counter(const std::string& second, Options options = {}) {
    return objective(script(R"(
        echo $$ > "$FOLDER/process"
        n=0
        while read -r line; do
          n=$((n+1))
          if [ $n = 2 ]; then )" +
                            second + R"(
          else echo $n; fi
        done)"),
                     std::move(options));
  }
};

TEST_F(Server, OneProcessAnswersAllTrials) {
  const auto of = counter("echo '{\"loss\": 0.5, \"accuracy\": 0.25}'");
  EXPECT_EQ(loss_of(*of), 1);
  const auto second = evaluate(*of);
  EXPECT_EQ(second->loss, 0.5);
  EXPECT_EQ(second->metrics, (std::map<std::string, double>{{"accuracy", 0.25}}));
  EXPECT_EQ(loss_of(*of), 3);
}

TEST_F(Server, ALineIsTheParametersAndTheFidelityAndNothingElse) {
  const auto of =
      objective(script("while read -r line; do printf '%s\\n' \"$line\" >> \"$FOLDER/lines\"; echo 1; done"));
  ASSERT_FALSE(evaluate(*of, kOdd, 1)->failed);
  ASSERT_FALSE(evaluate(*of, R"({"rate": 1, "units": 1, "word": null})", 0)->failed);
  EXPECT_EQ(left("lines"), R"({"rate":1e-07,"units":32,"word":"a 'b\" {rate} \\ $HOME\n*","extra":0.30000000000000004,)"
                           R"("epochs":10,"share_of_data":0.5})"
                           "\n"
                           R"({"rate":1.0,"units":1,"word":null,"epochs":3})"
                           "\n");
}

TEST_F(Server, InAStudyThatContinuesALineAlsoSaysWhichTrialItGoesOnFrom) {
  study_.continues = true;
  const auto of =
      objective(script("while read -r line; do printf '%s\\n' \"$line\" >> \"$FOLDER/lines\"; echo 1; done"));
  ASSERT_FALSE(evaluate(*of)->failed);
  parent_.emplace_back().number = 4;
  ASSERT_FALSE(evaluate(*of, kPlain, 1)->failed);
  const std::string own = std::filesystem::absolute(folder_).string();
  EXPECT_EQ(left("lines"), R"({"rate":0.1,"units":8,"word":"plain","epochs":3,"trial":7,"seed":5,"folder":")" + own +
                               R"(","parent":null,"parent_folder":null})"
                               "\n"
                               R"({"rate":0.1,"units":8,"word":"plain","epochs":10,"share_of_data":0.5,"trial":7,)"
                               R"("seed":5,"folder":")" +
                               own + R"(","parent":4,"parent_folder":")" + own + "/4\"}\n");
  study_.ladder[1].fidelity["parent"] = 3;
  expect_bad_input("cat", "the fidelity 'parent' has a name that means something else");
}

TEST_F(Server, TheLossMayHaveAnotherName) {
  const auto of = objective(script("read -r line; echo '{\"objective\": 0.5}'"), {{"loss", "objective"}});
  EXPECT_EQ(loss_of(*of), 0.5);
}

TEST_F(Server, IsStartedAgainAfterACrash) {
  const auto of = counter("echo lost >&2; kill -9 $$");
  EXPECT_EQ(loss_of(*of), 1);
  EXPECT_EQ(reason_of(*of), "it was ended by signal 9 (Killed); its last words:\nlost");
  EXPECT_EQ(loss_of(*of), 1);
}

TEST_F(Server, AnEndInTheMiddleOfANumberIsNoAnswer) {
  const auto of = counter("printf 0.1; exit 0");
  EXPECT_EQ(loss_of(*of), 1);
  EXPECT_EQ(reason_of(*of), "it ended without an answer");
}

TEST_F(Server, IsStartedAgainIfItEndedBetweenTrials) {
  const auto of = objective(script("echo $$ > \"$FOLDER/process\"; read -r line; echo 4"));
  EXPECT_EQ(loss_of(*of), 4);
  ASSERT_TRUE(has_ended("process"));
  EXPECT_EQ(loss_of(*of), 4);
}

TEST_F(Server, GarbageFailsTheTrialAndEndsTheProcess) {
  const auto of = counter("printf 'what\\033is %0300d\\n3\\n' 0");
  EXPECT_EQ(loss_of(*of), 1);
  const std::string process = left("process");
  const std::string reason = reason_of(*of);
  EXPECT_EQ(reason, "it answered with what is neither a number nor a JSON object with a number 'loss': what\\x1bis " +
                        std::string(192, '0') + "...");
  EXPECT_TRUE(has_ended("process"));
  EXPECT_EQ(loss_of(*of), 1);
  EXPECT_NE(left("process"), process);
}

TEST_F(Server, ASecondAnswerToATrialIsNotTakenForTheNext) {
  const auto of = counter("printf '2\\n2.5\\n'");
  EXPECT_EQ(loss_of(*of), 1);
  EXPECT_EQ(reason_of(*of), "it wrote a second line after its answer");
  EXPECT_EQ(loss_of(*of), 1);
}

TEST_F(Server, AProgramThatAnswersTwiceIsFoundOutByItsFirstTrial) {
  const auto of = objective(script("while read -r line; do echo 1; echo 2; done"));
  for (int trial = 0; trial < 3; ++trial) EXPECT_EQ(reason_of(*of), "it wrote a second line after its answer");
}

TEST_F(Server, TheTimeLimitEndsIt) {
  const auto of = counter("sleep 1000", {{"time_limit_seconds", 1.0}});
  EXPECT_EQ(loss_of(*of), 1);
  EXPECT_EQ(reason_of(*of), "it did not answer within the time limit of 1 s");
  EXPECT_TRUE(has_ended("process"));
  EXPECT_EQ(loss_of(*of), 1);
}

const char* const kCurve = R"(for i in 1 2 3; do echo "{\"step\": $i, \"loss\": 0.$i}"; done; read -r line)";

TEST_F(Server, PointsOfTheCurveComeBeforeTheAnswer) {
  const auto of = counter("echo '{\"step\": 1, \"loss\": 0.5}'; echo '{\"step\": 2, \"loss\": 0.25}'; echo 0.125");
  loss_of(*of);
  EXPECT_EQ(loss_of(*of), 0.125);
  EXPECT_EQ(epochs(), (std::vector{1, 2}));
  EXPECT_EQ(loss_of(*of), 3) << "it goes on running";
}

TEST_F(Server, StoppedItIsStartedAgain) {
  end_epoch_ = 2;
  const auto of = counter(kCurve);
  loss_of(*of);
  const auto outcome = evaluate(*of);
  ASSERT_TRUE(outcome && !outcome->failed);
  EXPECT_EQ(outcome->loss, 0.2);
  EXPECT_TRUE(outcome->stopped_early);
  EXPECT_TRUE(has_ended("process"));
  EXPECT_EQ(loss_of(*of), 1);
}

TEST_F(Server, CancelledItIsStartedAgain) {
  end_epoch_ = 2;
  end_ = Going::kCancel;
  const auto of = counter(kCurve);
  loss_of(*of);
  EXPECT_FALSE(evaluate(*of).has_value());
  EXPECT_TRUE(has_ended("process"));
  EXPECT_EQ(loss_of(*of), 1);
}

TEST_F(Server, SaysThatAPointFailedAndGoesOn) {
  const auto of = counter("echo '{\"failed\": \"too wide\"}'");
  loss_of(*of);
  EXPECT_EQ(reason_of(*of), "the program says: too wide");
  EXPECT_EQ(loss_of(*of), 3);
}

TEST_F(Server, EndsWithItsObjective) {
  loss_of(*counter("exit"));
  EXPECT_TRUE(has_ended("process"));
}

TEST_F(Server, OnlyTheTrialsOwnProcessorTimeIsCounted) {
  const auto of = counter("i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; echo 2");
  loss_of(*of);
  const double busy = evaluate(*of)->cpu_seconds;
  const double idle = evaluate(*of)->cpu_seconds;
  EXPECT_GT(busy, 0);
  EXPECT_LT(idle, busy);
}

TEST_F(Server, WhatCannotBeRunIsRefusedBeforeAnyTrial) {
  expect_bad_input("./no-such-program", "no program ./no-such-program");
  expect_bad_input("sh -c {rate}", "no placeholder {rate}; there are: none");
  study_.ladder[0].fidelity["units"] = 3;
  expect_bad_input("sh", "'units' is a parameter and a fidelity");
}

}  // namespace
}  // namespace crescendo
