// Searches over programs: commands, line servers, space files, memory:, points to try first, other studies.
#include <gtest/gtest.h>
#include <csignal>

#include "base/json.h"
#include "tests/end_to_end/program.h"

namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

class Programs : public testing::Test {
 protected:
  Programs() {
    folder_.write("space.toml", R"(
[[parameter]]
name = "rate"
type = "float"
low = 1e-5
high = 1.0
log = true

[[parameter]]
name = "units"
type = "int"
low = 16
high = 1024
log = true
)");
    folder_.write("server.py", R"(
import json, math, sys
for line in sys.stdin:
    p = json.loads(line)
    print(json.dumps({"loss": (math.log10(p["rate"]) + 2.7) ** 2 + 0.05 * (math.log2(p["units"]) - 8) ** 2}), flush=True)
)");
    folder_.write("train.sh", R"(
echo "training"
echo "{\"step\": 1, \"accuracy\": 0.25}"
echo "{\"accuracy\": 0.$2}"
)");
  }

  Ended crescendo(const std::string& arguments) const { return end_to_end::crescendo(arguments, folder_.path()); }
  Json json(const std::string& arguments) const {
    const Ended run = crescendo(arguments);
    EXPECT_EQ(run.status, 0) << run.err;
    return parse_json(run.out, arguments);
  }

  picture_maker::TemporaryFolder folder_;
};

const std::string kServer = "tune --server 'python3 server.py' --space space.toml --jobs 1 ";

TEST_F(Programs, ALineServerIsSearchedAndItsTrialsAreKept) {
  const Json result = json(kServer + "--trials 40 --out out --json");
  EXPECT_EQ(result["trials"], 40);
  EXPECT_LT(result["best"]["loss"].get<double>(), 1);
  EXPECT_EQ(json("best --json --storage sqlite:///out/study.db"), result);
  EXPECT_TRUE(fs::exists(folder_.path() / "out/best.toml"));
  const Ended replayed = crescendo("replay --storage sqlite:///out/study.db");
  EXPECT_EQ(replayed.status, 0);
  EXPECT_EQ(replayed.out, "40 points proposed again, 0 differ\n");
}

TEST_F(Programs, ReplayFindsEveryPointAgainAfterASearchWithFourWorkers) {
  ASSERT_EQ(
      crescendo("tune --server 'python3 server.py' --space space.toml --jobs 4 --trials 80 --out out --quiet").status,
      0);
  EXPECT_EQ(crescendo("replay --storage sqlite:///out/study.db").out, "80 points proposed again, 0 differ\n");
}

TEST_F(Programs, ACommandIsMaximizedAndItsOwnValuesAreShown) {
  const Json result = json(
      "tune --command 'sh train.sh --units {units} {rate}' --loss accuracy --maximize --space "
      "space.toml --jobs 2 --trials 12 --out out --json");
  const Json trials = json("trials --json --storage sqlite:///out/study.db");
  double best = 0;
  for (const Json& trial : trials) {
    EXPECT_EQ(trial["loss"].get<double>(), std::stod("0." + std::to_string(trial["point"]["units"].get<int>())));
    EXPECT_EQ(trial["curve"], Json::array({0.25}));
    best = std::max(best, trial["loss"].get<double>());
  }
  EXPECT_EQ(result["best"]["loss"], best);
}

TEST_F(Programs, InMemoryNothingIsKept) {
  const Ended run = crescendo(kServer + "--trials 10 --storage memory:");
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("best point"), std::string::npos);
  for (const auto& entry : fs::directory_iterator(folder_.path())) EXPECT_FALSE(entry.is_directory()) << entry.path();
}

TEST_F(Programs, FirstPointsAreTriedFirstAndEnqueuedOnesNext) {
  folder_.write("first.jsonl", "{\"rate\": 0.5, \"units\": 100}\n\n{\"rate\": 0.25, \"units\": 50}\n");
  json(kServer + "--trials 3 --first first.jsonl --out out --json");
  EXPECT_EQ(crescendo("enqueue --storage sqlite:///out/study.db first.jsonl").status, 0);
  json(kServer + "--trials 6 --first first.jsonl --out out --json");
  const Json trials = json("trials --json --storage sqlite:///out/study.db");
  for (const std::size_t at : {0u, 3u}) {
    EXPECT_EQ(trials[at]["point"], Json({{"rate", 0.5}, {"units", 100}}));
    EXPECT_EQ(trials[at + 1]["point"], Json({{"rate", 0.25}, {"units", 50}}));
  }
  folder_.write("first.jsonl", "{\"rate\": 0.5}\n");
  EXPECT_EQ(crescendo("enqueue --storage sqlite:///out/study.db first.jsonl").err,
            "crescendo: first.jsonl, line 1: parameter 'units' is active and has no value\n");
}

TEST_F(Programs, AStudyLearnsFromAnother) {
  json(kServer + "--trials 60 --out first --json");
  const std::string learning = kServer + "--trials 12 --seed 5 ";
  const Json alone = json(learning + "--out alone --json");
  const Json taught = json(learning + "--learn-from sqlite:///first/study.db#first --out taught --json");
  EXPECT_LT(taught["best"]["loss"].get<double>(), alone["best"]["loss"].get<double>());
  EXPECT_EQ(crescendo("replay --storage sqlite:///taught/study.db").out, "12 points proposed again, 0 differ\n");
  // It goes on with what it learnt when it was made, whatever became of the other study.
  fs::remove_all(folder_.path() / "first");
  const Ended gone = crescendo(learning + "--learn-from sqlite:///first/study.db#first --out new");
  EXPECT_EQ(gone.status, 2);
  EXPECT_EQ(
      json(kServer + "--trials 14 --seed 5 --learn-from sqlite:///first/study.db#first --out taught --json")["trials"],
      14);
}

TEST_F(Programs, ALadderIsDeclaredAndATotalOfItsEpochsIsNotOverrun) {
  const std::string search = kServer + "--ladder epoch=1,3,9 --ladder part=0.1,0.5,1 --out out --json --budget ";
  const Json result = json(search + "epoch=90");
  const auto epochs = [&] {
    double used = 0;
    const Json trials = json("trials --json --storage sqlite:///out/study.db");
    for (const Json& trial : trials) {
      const Json& fidelity = trial["fidelity"];
      EXPECT_EQ(fidelity["part"], fidelity["epoch"] == 1 ? 0.1 : fidelity["epoch"] == 3 ? 0.5 : 1.0);
      used += fidelity["epoch"].get<double>();
    }
    return used;
  };
  EXPECT_LE(epochs(), 90);
  EXPECT_GT(epochs(), 81);
  EXPECT_EQ(result["best"]["fidelity"]["epoch"], 9);
  EXPECT_EQ(crescendo(search + "epoch=80").err,
            "crescendo: the search in out has a budget of epoch 90 in all already; ask for no less than that\n");
  json(search + "epoch=180");
  EXPECT_GT(epochs(), 171);
  EXPECT_LE(epochs(), 180);
}

TEST_F(Programs, ATargetOrPatienceEndsASearch) {
  const Json reached = json(kServer + "--target 0.5 --out reached --json");
  EXPECT_LE(reached["best"]["loss"].get<double>(), 0.5);
  const Json patient = json(kServer + "--patience 5 --out patient --json");
  const Json trials = json("trials --json --storage sqlite:///patient/study.db");
  EXPECT_EQ(trials.size(), patient["best"]["trial"].get<std::size_t>() + 6);
}

TEST_F(Programs, WithALagTheTrialsAreTheSameOnOneWorkerAndOnFour) {
  const std::string search =
      "tune --server 'python3 server.py' --space space.toml --trials 30 --lag 4 --preset iis+tpe --ladder epoch=1,3 ";
  ASSERT_EQ(crescendo(search + "--jobs 1 --out one --quiet").status, 0);
  ASSERT_EQ(crescendo(search + "--jobs 4 --out four --quiet").status, 0);
  Json one = json("trials --json --storage sqlite:///one/study.db");
  Json four = json("trials --json --storage sqlite:///four/study.db");
  for (Json* trials : {&one, &four}) {
    for (Json& trial : *trials) trial.erase("seconds");
  }
  EXPECT_EQ(one, four);
  EXPECT_EQ(crescendo("replay --storage sqlite:///four/study.db").status, 0);
}

TEST_F(Programs, APresetIsASamplerAndAScheduleAndWhatIsNamedWins) {
  const auto planned = [&](const std::string& options) {
    return json("tune --command true --space space.toml --trials 9 --dry-run --json --out plan " + options);
  };
  EXPECT_EQ(planned("--preset iis+smac --ladder epoch=1,2")["sampler"]["name"], "smac");
  EXPECT_EQ(planned("--preset iis+smac --ladder epoch=1,2")["schedule"], Json({{"name", "ramp"}, {"repeats", 0}}));
  EXPECT_EQ(planned("--preset iis+smac --sampler random")["sampler"]["name"], "random");
  EXPECT_EQ(planned("--preset iis+smac --schedule flat")["schedule"], Json({{"name", "flat"}}));
  EXPECT_NE(crescendo("list").out.find("iis+genetic"), std::string::npos);
}

TEST_F(Programs, ASamplerThatChoosesRungsEndsAtTheTopAndIsReplayed) {
  const std::string ladder = "--ladder epoch=1,4 --seed 3 ";
  const Json result = json(kServer + ladder + "--preset fabolas --trials 30 --out out --json");
  EXPECT_EQ(result["best"]["fidelity"]["epoch"], 4);
  EXPECT_GT(result["rungs"][0]["trials"].get<int>(), 9);
  EXPECT_GT(result["rungs"][1]["trials"].get<int>(), 2);
  const Ended replayed = crescendo("replay --storage sqlite:///out/study.db");
  EXPECT_EQ(replayed.status, 0) << replayed.out;
  // Gone on with where it stopped.
  EXPECT_EQ(json(kServer + ladder + "--preset fabolas --trials 36 --out out --json")["trials"], 36);

  const Ended refused = crescendo(kServer + ladder + "--sampler tpe --schedule open --trials 3 --out other");
  EXPECT_EQ(refused.status, 2);
  EXPECT_EQ(refused.err,
            "crescendo: schedule open leaves each trial's rung to the sampler, but sampler tpe chooses none; there is: "
            "fabolas\n");
  EXPECT_EQ(crescendo(kServer + ladder + "--sampler fabolas --schedule ramp --trials 14 --out third").status, 0);
}

TEST_F(Programs, WhatIsNoBudgetOrLadderIsOneSentence) {
  const auto refused = [&](const std::string& options) { return crescendo(kServer + options).err; };
  EXPECT_EQ(refused("--budget epoch"),
            "crescendo: --budget must be a fidelity and its total such as epoch=2600, not 'epoch'\n");
  EXPECT_EQ(refused("--ladder epoch=1,x"),
            "crescendo: --ladder must be a fidelity and its rungs such as epoch=1,4,13,52, not 'epoch=1,x'\n");
  EXPECT_EQ(refused("--ladder epoch=1,3 --ladder part=1"),
            "crescendo: the ladder has 2 values of epoch and 1 of part; give as many of each\n");
  EXPECT_EQ(refused("--ladder epoch=3,1"), "crescendo: the ladder's epoch must not fall, but 1 comes after 3\n");
  EXPECT_EQ(refused("--ladder epoch=3,3"), "crescendo: rungs 1 and 2 of the ladder are the same; leave one out\n");
  EXPECT_EQ(refused("--ladder epoch=1,9 --budget epoch=8"),
            "crescendo: budget: epoch = 8 is less than one trial at the top rung uses; give at least 9\n");
  EXPECT_EQ(refused("--preset best").find("crescendo: no preset called 'best'; there are: random tpe auto"), 0u);
  EXPECT_EQ(
      refused("--lag 4 --time 5s"),
      "crescendo: the study: with a lag the budget cannot be time, which differs from run to run; give trials or a "
      "fidelity\n");
}

TEST_F(Programs, AProgramThatIsNotThereIsOneSentence) {
  const Ended run = crescendo("tune --command './nothing {rate}' --space space.toml --trials 3");
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
  EXPECT_NE(run.err.find("./nothing"), std::string::npos) << run.err;
}

TEST_F(Programs, OptionsThatDoNotGoTogetherAreOneSentence) {
  EXPECT_EQ(crescendo(kServer + "--sizes 8,16").err, "crescendo: --sizes cannot go with a program; leave it out\n");
  EXPECT_EQ(crescendo("tune --data . --space space.toml").err,
            "crescendo: --space cannot go with pictures; leave it out\n");
  EXPECT_EQ(crescendo(kServer + "--command true").err,
            "crescendo: give --command (a process for each trial) or --server (one for each worker), not both\n");
}

TEST_F(Programs, AskAndTellDriveAStudyFromOutside) {
  const std::string at = "--storage sqlite:///asked.db ";
  const Json first = json("ask " + at + "--space space.toml --trials 3");
  EXPECT_EQ(first["trial"], 0);
  EXPECT_TRUE(first["point"].contains("rate"));
  const Json second = json("ask " + at);
  EXPECT_EQ(second["trial"], 1);
  EXPECT_EQ(crescendo("tell " + at + "--trial 0 --loss 0.5").status, 0);
  EXPECT_EQ(crescendo("tell " + at + "--trial 0 --loss 0.5").err,
            "crescendo: trial 0 has ended; what ended is not changed any more\n");
  EXPECT_EQ(crescendo("tell " + at + "--trial 1 --step 1 --loss 0.75").out, "{\"go_on\":true}\n");
  EXPECT_EQ(crescendo("tell " + at + "--trial 1 --step 1 --loss 0.5").err,
            "crescendo: --step 1 does not come after 1, which was told before; steps grow\n");
  EXPECT_EQ(crescendo("tell " + at + "--trial 1 --step 2 --loss nan").status, 2);
  EXPECT_EQ(crescendo("tell " + at + "--trial 1 --attempt 7 --loss 1").err,
            "crescendo: trial 1 has had 1 attempt, so there is no attempt 7\n");
  EXPECT_EQ(crescendo("ask " + at + "--sampler random").status, 2);
  EXPECT_EQ(crescendo("tell " + at + "--trial 1 --failed 'no room'").status, 0);
  json("ask " + at);
  const Ended none = crescendo("ask " + at);
  EXPECT_EQ(none.status, 3);
  EXPECT_EQ(none.out, "{\"trial\":null,\"finished\":false}\n");
  EXPECT_EQ(crescendo("tell " + at + "--trial 2 --loss 0.25").status, 0);
  EXPECT_EQ(crescendo("ask " + at).out, "{\"trial\":null,\"finished\":true}\n");
  const Json trials = json("trials --json " + at);
  EXPECT_EQ(trials[0]["loss"], 0.5);
  EXPECT_EQ(trials[1]["state"], "failed");
  EXPECT_EQ(trials[1]["reason"], "no room");
  EXPECT_EQ(trials[1]["curve"], Json::array({0.75}));
}

TEST_F(Programs, AskingForAStudyThatIsAnotherIsRefused) {
  const std::string at = "--storage sqlite:///asked.db --space space.toml ";
  json("ask " + at + "--trials 5");
  EXPECT_EQ(
      crescendo("ask " + at + "--maximize").err,
      "crescendo: the study 'asked' is there and is another search: its maximize is false, now true is asked for; "
      "leave --space out, or choose another --study\n");
  EXPECT_EQ(crescendo("ask " + at + "--sampler random").status, 2);
  EXPECT_EQ(crescendo("ask " + at + "--trials 6").status, 0);
  EXPECT_EQ(crescendo("ask --storage memory: --space space.toml").err,
            "crescendo: what is asked for must be kept until it is told; memory: keeps nothing\n");
  json(kServer + "--time 1s --out out --json");
  EXPECT_EQ(crescendo("ask --storage sqlite:///out/study.db").err,
            "crescendo: the study 'out' has a budget of time, which asking does not use up; ask for one of trials\n");
}

TEST_F(Programs, OnlyATrialThatWasAskedForIsTold) {
  folder_.write("slow.py", "import sys, time\nfor line in sys.stdin: time.sleep(20)\n");
  const pid_t child = fork();
  if (child == 0) {
    if (chdir(folder_.path().c_str()) != 0) _exit(9);
    execl(CRESCENDO_PROGRAM, "crescendo", "tune", "--server", "python3 slow.py", "--space", "space.toml", "--trials",
          "3", "--out", "out", "--quiet", nullptr);
    _exit(9);
  }
  Ended told;
  for (int i = 0; i < 200 && told.err.find("was not given") == std::string::npos; ++i) {
    usleep(50'000);
    told = crescendo("tell --storage sqlite:///out/study.db --trial 0 --loss 1");
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(told.err, "crescendo: trial 0 was not given to a program that asked; a worker of 'tune' executes it\n");
}

TEST_F(Programs, AnAskedTrialThatIsNotToldIsGivenToTheNext) {
  const std::string at = "--storage sqlite:///asked.db ";
  const Json first = json("ask " + at + "--space space.toml --lease 0.01s");
  usleep(50'000);
  const Json again = json("ask " + at);
  EXPECT_EQ(again["trial"], 0);
  EXPECT_EQ(again["attempt"], 2);
  EXPECT_EQ(again["point"], first["point"]);
  EXPECT_EQ(crescendo("tell " + at + "--trial 0 --loss 1").err,
            "crescendo: trial 0 was given away 2 times; say which one ended with --attempt\n");
  EXPECT_EQ(crescendo("tell " + at + "--trial 0 --attempt 1 --loss 1").err,
            "crescendo: attempt 1 of trial 0 took too long, and attempt 2 was given to another program\n");
}

}  // namespace
}  // namespace crescendo::end_to_end
