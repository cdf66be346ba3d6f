#include <gtest/gtest.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <csignal>
#include <cstdlib>

#include "base/files.h"
#include "base/json.h"
#include "tests/end_to_end/program.h"
#include "train/kernels/dispatch.h"

namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

class Tune : public testing::Test {
 protected:
  Tune() { make_pictures(folder_, "photos", 40); }

  Ended crescendo(const std::string& arguments) const { return end_to_end::crescendo(arguments, folder_.path()); }
  Json json(const std::string& arguments) const {
    const Ended run = crescendo(arguments);
    EXPECT_EQ(run.status, 0) << run.err;
    return parse_json(run.out, arguments);
  }
  fs::path path(const std::string& name) const { return folder_.path() / name; }

  picture_maker::TemporaryFolder folder_;
};

const std::string kSmall = "tune --data photos --sizes 8,16 --epochs 3 --jobs 1 --seed 1 ";

TEST_F(Tune, FindsAPointAndLeavesWhatItSays) {
  const Ended run = crescendo(kSmall + "--trials 12 --out out");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("validation error"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("test error"), std::string::npos) << run.out;
  EXPECT_TRUE(run.err.empty()) << "not on a terminal, so no progress line: " << run.err;
  for (const char* file : {"best.toml", "study.toml", "study.db", "trials/0/curve.json", "trials/0/confusion.json"}) {
    EXPECT_TRUE(fs::exists(path("out") / file)) << file;
  }
}

TEST_F(Tune, JsonIsTheContract) {
  const Json result = json(kSmall + "--trials 12 --out out --json");
  EXPECT_EQ(result["study"], "out");
  EXPECT_EQ(result["storage"], "sqlite:///out/study.db");
  EXPECT_EQ(result["trials"], 12);
  ASSERT_EQ(result["rungs"].size(), 2u);
  EXPECT_EQ(result["rungs"][0]["image_side"], 8);
  EXPECT_EQ(result["rungs"][0]["trials"].get<int>() + result["rungs"][1]["trials"].get<int>(), 12);
  EXPECT_EQ(result["best"]["fidelity"], Json({{"image_side", 16}, {"epochs", 3}}));
  EXPECT_TRUE(result["best"]["test_error"].is_number());
  EXPECT_TRUE(result["best"]["point"].contains("learning_rate"));
  EXPECT_EQ(json("best --json --storage sqlite:///out/study.db"), result);

  const Json trials = json("trials --json --storage sqlite:///out/study.db");
  ASSERT_EQ(trials.size(), 12u);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(trials[i]["trial"], i);
    EXPECT_EQ(trials[i]["curve"].size(), trials[i]["state"] == "failed" ? trials[i]["curve"].size() : 3u);
  }
}

TEST_F(Tune, TheSameSeedGivesTheSameTrialsAndLossesBitForBit) {
  for (const char* out : {"a", "b"}) crescendo(kSmall + "--trials 12 --out " + std::string(out));
  Json a = json("trials --json --storage sqlite:///a/study.db"),
       b = json("trials --json --storage sqlite:///b/study.db");
  for (Json* trials : {&a, &b}) {
    for (Json& trial : *trials) trial.erase("seconds");
  }
  EXPECT_EQ(a, b);
  EXPECT_EQ(read_file(path("a/best.toml")).substr(40), read_file(path("b/best.toml")).substr(40));
}

TEST_F(Tune, TheSameCommandResumesAndMoreTrialsExtend) {
  const Json first = json(kSmall + "--trials 10 --out out --json");
  const Json again = json(kSmall + "--trials 10 --out out --json");
  EXPECT_EQ(again["trials"], 10);
  EXPECT_EQ(again["best"], first["best"]);
  const Json before = json("trials --json --storage sqlite:///out/study.db");
  EXPECT_EQ(json(kSmall + "--trials 14 --out out --json")["trials"], 14);
  const Json after = json("trials --json --storage sqlite:///out/study.db");
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(after[i], before[i]);
  const Ended other = crescendo("tune --data photos --sizes 8,16 --epochs 3 --seed 2 --trials 14 --out out");
  EXPECT_EQ(other.status, 2);
  EXPECT_EQ(other.err,
            "crescendo: out holds another search: its seed is 1, now 2 is asked for; use the same options, or another "
            "--out\n");
  EXPECT_EQ(crescendo(kSmall + "--trials 12 --out out").err,
            "crescendo: the search in out has a budget of 14 trials already; ask for no less than that\n");
  fs::remove(path("photos/blob/0.jpg"));
  EXPECT_EQ(crescendo(kSmall + "--trials 14 --out out").err,
            "crescendo: the pictures have changed since the search in out began; choose another --out\n");
}

// What a trial came to, without its times.
Json result_of(const Json& trial) {
  return {{"loss", trial["loss"]}, {"curve", trial["curve"]}, {"point", trial["point"]}};
}

TEST_F(Tune, ARungMayTrainOnAShareOfThePictures) {
  const std::string search = "tune --data photos --sizes 8 --epochs 2 --seed 4 --jobs 1 --trials 6 --schedule ramp ";
  const Ended run = crescendo(search + "--ladder data_share=0.25,1 --out shares");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_EQ(run.out.find("promoted: goes on"), std::string::npos) << "other pictures are another training";
  const Json trials = json("trials --json --storage sqlite:///shares/study.db");
  EXPECT_EQ(trials.front()["fidelity"], Json({{"image_side", 8}, {"epochs", 2}, {"data_share", 0.25}}));
  EXPECT_EQ(trials.back()["fidelity"]["data_share"], 1);
  ASSERT_EQ(crescendo(search + "--ladder data_share=0.5,1 --out more").status, 0);
  const Json more = json("trials --json --storage sqlite:///more/study.db");
  EXPECT_EQ(more.front()["point"], trials.front()["point"]);
  EXPECT_NE(more.front()["curve"], trials.front()["curve"]) << "it saw other pictures";
  EXPECT_EQ(crescendo("train --point shares/best.toml --data photos").status, 0);
}

TEST_F(Tune, WhereOnlyEpochsGrowAPromotedTrialGoesOnToTheBitsOfOneTraining) {
  const std::string same = "tune --data photos --sizes 8 --sampler random --seed 4 --jobs 2 ";
  const Ended run = crescendo(same + "--ladder epoch=1,3,9 --schedule halving --trials 22 --out climbed");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("promoted: goes on from its checkpoint where only the epochs grow\n"), std::string::npos);
  EXPECT_NE(run.out.find("8 px, epochs 1 -> 8 px, epochs 3 -> 8 px, epochs 9"), std::string::npos) << run.out;
  EXPECT_EQ(run.err, "") << "every checkpoint was there";
  EXPECT_NE(run.out.find("test error"), std::string::npos) << run.out;
  ASSERT_EQ(crescendo(same + "--epochs 9 --schedule flat --trials 30 --out straight").status, 0);
  const Json climbed = json("trials --json --storage sqlite:///climbed/study.db");
  const Json straight = json("trials --json --storage sqlite:///straight/study.db");
  int compared = 0;
  for (const Json& trial : climbed) {
    if (trial["fidelity"]["epochs"] != 9 || trial["parent"].is_null()) continue;
    const Json& parent = climbed[trial["parent"].get<std::size_t>()];
    if (parent["fidelity"]["epochs"] == 9) continue;  // a repetition
    const auto origin = parent["parent"].get<std::size_t>();
    ASSERT_LT(origin, 16u) << "the first bracket's points are those that the other search began with";
    EXPECT_EQ(result_of(trial), result_of(straight[origin]));
    EXPECT_EQ(read_file(path("climbed/trials/" + std::to_string(trial["trial"].get<int>()) + "/weights.bin")),
              read_file(path("straight/trials/" + std::to_string(origin) + "/weights.bin")));
    ++compared;
  }
  EXPECT_GE(compared, 1);
  EXPECT_EQ(crescendo("best --storage sqlite:///climbed/study.db --save best.bin").status, 0);
  EXPECT_EQ(crescendo("train --point climbed/best.toml --data photos").status, 0);
}

TEST_F(Tune, LadderOfSizesAndEpochsGoesOnWhereTheSideStays) {
  const std::string search =
      "tune --data photos --ladder image_side=8,16,16 --ladder epochs=2,2,4 --schedule halving --seed 2 --jobs 1 ";
  const Json result = json(search + "--trials 16 --out out --json");
  ASSERT_EQ(result["rungs"].size(), 3u);
  EXPECT_EQ(result["rungs"][1]["image_side"], 16);
  EXPECT_EQ(result["rungs"][1]["epochs"], 2);
  EXPECT_EQ(result["best"]["fidelity"], Json({{"image_side", 16}, {"epochs", 4}}));
  const std::string toml = read_file(path("out/study.toml"));
  EXPECT_NE(toml.find("continues = true"), std::string::npos) << toml;
  EXPECT_NE(toml.find("conv_layers = [1, 2]"), std::string::npos) << "8 px have room for two: " << toml;
  for (const auto& entry : fs::recursive_directory_iterator(path("out/trials"))) {
    if (entry.path().filename() != "checkpoint.crcp") continue;
    const std::string trial = entry.path().parent_path().filename();
    const Json trials = json("trials --json --storage sqlite:///out/study.db");
    for (const Json& other : trials) EXPECT_NE(other["parent"], std::stoi(trial)) << "promoted, so no longer needed";
  }
}

TEST_F(Tune, APopulationGoesOnFromItsBestAndLeavesNoCheckpoints) {
  const Ended run = crescendo(
      "tune --data photos --sizes 8 --ladder epochs=2,3,4 --preset pbt --trials 15 --jobs 2 --seed 1 --out out");
  ASSERT_EQ(run.status, 0) << run.err;
  const Json trials = json("trials --json --storage sqlite:///out/study.db");
  ASSERT_EQ(trials.size(), 15u);
  int perturbed = 0, promoted = 0;
  for (const Json& trial : trials) {
    if (trial["parent"].is_null()) continue;
    const Json& parent = trials[trial["parent"].get<std::size_t>()];
    const bool same = trial["point"] == parent["point"];
    (same ? promoted : perturbed) += 1;
    for (const auto& [name, value] : trial["point"].items()) {
      const bool may_differ = name == "learning_rate" || name == "batch_size" || name == "l1" || name == "l2";
      EXPECT_TRUE(may_differ || value == parent["point"][name]) << trial["trial"] << " " << name;
    }
    const std::size_t before = parent["curve"].size();
    ASSERT_GE(trial["curve"].size(), before);
    for (std::size_t i = 0; i < before; ++i) EXPECT_EQ(trial["curve"][i], parent["curve"][i]);
  }
  EXPECT_GE(perturbed, 2);
  EXPECT_GE(promoted, 4);
  for (const auto& entry : fs::recursive_directory_iterator(path("out/trials"))) {
    EXPECT_NE(entry.path().filename(), "checkpoint.crcp") << entry.path();
  }
  const Ended replay = crescendo("replay --storage sqlite:///out/study.db");
  EXPECT_EQ(replay.status, 0) << replay.out;
  EXPECT_EQ(crescendo("report --storage sqlite:///out/study.db --out report.html").status, 0);
  const Ended sizes = crescendo("tune --data photos --sizes 8,16 --preset pbt --trials 15 --out other");
  EXPECT_EQ(sizes.status, 2);
  EXPECT_EQ(sizes.err,
            "crescendo: schedule population: its members go on from checkpoints, but from rung 1 to rung 2 trials of "
            "this study begin anew; give a ladder of epochs alone, as epochs=2,4,6,8, with --out, and to a program a "
            "study file with continues = true\n");
}

TEST_F(Tune, CheckpointsThatAreGoneCostTimeOnlyAndAreNamed) {
  const std::string search = "tune --data photos --sizes 8 --ladder epochs=1,3 --schedule asha --seed 4 --jobs 1 ";
  ASSERT_EQ(crescendo(search + "--trials 12 --out whole").status, 0);
  Ended run;
  for (int trials = 1; trials <= 12; ++trials) {
    run = crescendo(fmt::format("{} --trials {} --out out", search, trials));
    for (const auto& entry : fs::directory_iterator(path("out/trials"))) fs::remove(entry.path() / "checkpoint.crcp");
  }
  EXPECT_EQ(run.status, 0);
  const Json whole = json("trials --json --storage sqlite:///whole/study.db");
  const Json gone = json("trials --json --storage sqlite:///out/study.db");
  ASSERT_EQ(whole.size(), gone.size());
  int promoted = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    EXPECT_EQ(result_of(gone[i]), result_of(whole[i])) << i;
    promoted += !whole[i]["parent"].is_null();
  }
  EXPECT_GE(promoted, 2);
  EXPECT_EQ(run.err, fmt::format("crescendo: {0} of {0} promoted trials were trained from the first epoch, because the "
                                 "checkpoint of the trial below was not there or did not fit; their losses are the "
                                 "same\n",
                                 promoted));
}

TEST_F(Tune, WithoutAFolderThereIsNothingToGoOnFrom) {
  const std::string ladder = "tune --data photos --sizes 8 --ladder epochs=1,3 --schedule halving --trials 6 ";
  const Ended kept = crescendo(ladder + "--dry-run --out plan");
  EXPECT_NE(kept.out.find("promoted: goes on"), std::string::npos) << kept.out;
  const Ended anew = crescendo(ladder + "--storage memory:");
  EXPECT_EQ(anew.status, 0) << anew.err;
  EXPECT_EQ(anew.out.find("promoted: goes on"), std::string::npos) << anew.out;
  EXPECT_EQ(crescendo("tune --study-file plan/study.toml --storage memory:").err,
            "crescendo: in this search trials go on from files that others left; give it an --out\n");
}

// Starts the program and leaves it running.
pid_t start(const std::string& arguments, const fs::path& folder) {
  const pid_t child = fork();
  if (child == 0) {
    if (chdir(folder.c_str()) != 0) _exit(9);
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, 1);
    dup2(null, 2);
    const std::string command =
        std::string("CRESCENDO_KERNELS=shipped exec '" CRESCENDO_PROGRAM "' ") + arguments;  // may redirect more
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(9);
  }
  return child;
}

TEST_F(Tune, KilledAndResumedItLosesNoFinishedTrial) {
  const std::string command = "tune --data photos --sizes 4,8,16 --epochs 6 --trials 30 --jobs 2 --seed 3 --out out ";
  Json known = Json::array();
  for (int kill_after_ms : {150, 250, 350, 450}) {
    const pid_t child = start(command, folder_.path());
    usleep(static_cast<useconds_t>(kill_after_ms) * 1000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    if (!fs::exists(path("out/study.db"))) continue;
    const Json now = json("trials --json --storage sqlite:///out/study.db");
    for (const Json& trial : known) {
      if (trial["state"] == "running") continue;
      EXPECT_EQ(now[trial["trial"].get<std::size_t>()], trial);
    }
    known = now;
  }
  EXPECT_EQ(json(command + "--json")["trials"], 30);
  const Json finally = json("trials --json --storage sqlite:///out/study.db");
  for (const Json& trial : finally) EXPECT_NE(trial["state"], "running");
  for (const Json& trial : known) {
    if (trial["state"] == "running") continue;
    EXPECT_EQ(finally[trial["trial"].get<std::size_t>()], trial);
  }
  for (const auto& entry : fs::directory_iterator(path("out/trials"))) {
    EXPECT_NE(entry.path().filename().string()[0], '.') << "a half-made folder was left: " << entry.path();
  }
}

TEST_F(Tune, InterruptedItSaysHowToGoOnAndEndsWith130) {
  const std::string command = "tune --data photos --sizes 8,16 --epochs 200 --trials 400 --jobs 2 --out out ";
  const pid_t child = start(command + "2> errors.txt", folder_.path());
  for (int i = 0; i < 500 && !fs::exists(path("out/trials")); ++i) usleep(10'000);
  usleep(200'000);
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  const std::string said = read_file(path("errors.txt"));
  EXPECT_NE(said.find("Run the same command to go on."), std::string::npos) << said;
}

TEST_F(Tune, InterruptedItSaysSoBeforeItWritesItsReport) {
  fs::create_directories(path("out/report.html/in the way"));
  const pid_t child = start(
      "tune --data photos --sizes 8,16 --epochs 200 --trials 400 --jobs 2 --out out 2> errors.txt", folder_.path());
  for (int i = 0; i < 500 && !fs::exists(path("out/trials")); ++i) usleep(10'000);
  usleep(200'000);
  kill(child, SIGINT);
  waitpid(child, nullptr, 0);
  const std::string said = read_file(path("errors.txt"));
  const std::size_t stopped = said.find("crescendo: stopped; "), report = said.find("crescendo: there is no report: ");
  ASSERT_NE(stopped, std::string::npos) << said;
  ASSERT_NE(report, std::string::npos) << said;
  EXPECT_LT(stopped, report);
}

TEST_F(Tune, AStudysFileIsNotTakenForOtherPictures) {
  ASSERT_EQ(crescendo(kSmall + "--trials 3 --dry-run --out plan").status, 0);
  fs::remove(path("photos/blob/0.jpg"));
  const Ended run = crescendo("tune --study-file plan/study.toml --out out");
  EXPECT_EQ(run.status, 2);
  EXPECT_NE(run.err.find("are not those that plan/study.toml was made for"), std::string::npos) << run.err;
}

TEST_F(Tune, FoldersMayHaveAnyName) {
  const Json result = json(kSmall + "--trials 3 --out 'a ?b#c%41' --json");
  EXPECT_EQ(result["trials"], 3);
  EXPECT_TRUE(fs::exists(path("a ?b#c%41/study.db")));
  EXPECT_EQ(json("trials --json --storage 'sqlite:///a ?b#c%41/study.db'").size(), 3u);
}

TEST_F(Tune, ABrokenTestPictureIsNamedAndWithStrictIsNoSuccess) {
  folder_.write("photos/blob/zzz.jpg", std::string_view("text"));
  folder_.write("photos/test.txt", std::string_view("blob/zzz.jpg\nblob/1.jpg\ndown/1.jpg\nacross/1.jpg\n"));
  const Ended skipped = crescendo(kSmall + "--trials 3 --out out --json");
  EXPECT_EQ(skipped.status, 0);
  EXPECT_NE(skipped.err.find("zzz.jpg"), std::string::npos) << skipped.err;
  EXPECT_TRUE(parse_json(skipped.out, "it")["best"]["test_error"].is_number());
  const Ended strict = crescendo(kSmall + "--trials 3 --out strict --strict");
  EXPECT_EQ(strict.status, 2);
  EXPECT_NE(strict.out.find("validation error"), std::string::npos) << "the search's result stands all the same";
}

TEST_F(Tune, OutputThatCannotBeWrittenIsNoSuccess) {
  crescendo(kSmall + "--trials 3 --out out");
  EXPECT_EQ(crescendo("best --storage sqlite:///out/study.db > /dev/full").status, 1);
}

TEST_F(Tune, AFirstStartThatCouldNotReadThePicturesLeavesNothingInTheWay) {
  fs::create_directories(path("mine/good"));
  fs::copy(path("photos/blob"), path("mine/good"), fs::copy_options::recursive);
  for (int i = 0; i < 5; ++i) folder_.write("mine/bad/" + std::to_string(i) + ".jpg", std::string_view("text"));
  EXPECT_EQ(crescendo("tune --data mine --sizes 8,16 --trials 3 --epochs 1 --out out").status, 2);
  fs::remove_all(path("mine/bad"));
  fs::copy(path("photos/down"), path("mine/bad"), fs::copy_options::recursive);
  EXPECT_EQ(crescendo("tune --data mine --sizes 8,16 --trials 3 --epochs 1 --out out").status, 0);
}

TEST_F(Tune, WithoutATestPartTheResultStandsWithoutATestError) {
  std::string training, validation;
  for (const std::string kind : {"across", "blob", "down"}) {
    for (int i = 0; i < 40; ++i) (i < 30 ? training : validation) += kind + "/" + std::to_string(i) + ".jpg\n";
  }
  write_file(path("photos/train.txt"), training);
  write_file(path("photos/validation.txt"), validation);
  const Json result = json(kSmall + "--trials 6 --out out --json");
  EXPECT_TRUE(result["best"]["test_error"].is_null());
  EXPECT_TRUE(json("train --point out/best.toml --data photos --epochs 2 --json")["test_error"]["mean"].is_null());
}

TEST_F(Tune, TrainRepeatsTheBestPoint) {
  crescendo(kSmall + "--trials 10 --out out");
  const Json result = json("train --point out/best.toml --data photos --repeats 3 --epochs 4 --json");
  for (const char* part : {"validation_error", "test_error"}) {
    EXPECT_GE(result[part]["mean"].get<double>(), 0);
    EXPECT_LE(result[part]["mean"].get<double>(), 1);
    EXPECT_GE(result[part]["std"].get<double>(), 0);
  }
  EXPECT_GT(result["seconds"].get<double>(), 0);
  const Json final = json("train --point out/best.toml --data photos --final --save weights.bin --json");
  EXPECT_TRUE(final.contains("test_error"));
  EXPECT_TRUE(fs::exists(path("weights.bin")));
  const Ended toml = crescendo("best --storage sqlite:///out/study.db");
  EXPECT_EQ(toml.out, read_file(path("out/best.toml")));
}

TEST_F(Tune, AugmentedAndBalancedItSaysSoInTheBestPointsFile) {
  const Ended run = crescendo(kSmall + "--trials 4 --augment --balanced --out out");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("training: mirror = true, shift = 0.1, class_weights = \"balanced\"\n"), std::string::npos)
      << run.out;
  const std::string best = read_file(path("out/best.toml"));
  for (const char* line : {"mirror = true", "shift = 0.1", "class_weights = \"balanced\"", "optimiser = \"sgd\""}) {
    EXPECT_NE(best.find(line), std::string::npos) << line << " is not in\n" << best;
  }
  const Json result = json("train --point out/best.toml --data photos --epochs 2 --json");
  for (const char* part : {"validation", "test"}) {
    EXPECT_TRUE(result["per_class_error"][part]["mean"].is_number()) << part;
  }
  EXPECT_NE(crescendo(kSmall + "--trials 4 --out out").err.find("out holds another search"), std::string::npos);
}

const std::string kPointOfEveryFeature = R"([point]
learning_rate = 0.005
batch_size = 8
conv_layers = 1
filters_1 = 8
filter_size_1 = 3
fc_layers = 1
units_1 = 16
optimiser = "adam"
dropout = 0.2
batch_norm = true
mirror = true
shift = 0.1
schedule = "step"
warmup_epochs = 0.5
class_weights = "balanced"
clip_norm = 0.5
initial_scale = 0.5
zero_last = true
dense_side = 2
)";

TEST_F(Tune, ATrainingGoesOnFromItsCheckpoint) {
  write_file(path("point.toml"), kPointOfEveryFeature);
  const std::string train = "train --point point.toml --data photos --size 16 --seed 4 --json --final ";
  std::string steady = kPointOfEveryFeature;  // whose rate does not depend on the number of epochs
  steady.replace(steady.find("\"step\""), 6, "\"constant\"");
  write_file(path("point.toml"), steady);
  Json whole = json(train + "--epochs 5 --save whole.bin");
  ASSERT_EQ(crescendo(train + "--epochs 2 --checkpoint here.crcp").status, 0);
  fs::remove(path("here.crcp.final"));  // of two epochs at most
  const Ended run = crescendo(train + "--epochs 5 --checkpoint here.crcp --save parts.bin");
  EXPECT_EQ(run.err, "goes on from here.crcp, after epoch 2\n");
  Json parts = parse_json(run.out, "it");
  for (Json* result : {&whole, &parts}) result->erase("seconds");
  EXPECT_EQ(parts, whole);
  EXPECT_EQ(read_file(path("parts.bin")), read_file(path("whole.bin")));
  EXPECT_TRUE(fs::exists(path("here.crcp.final")));

  const Ended other = crescendo("train --point point.toml --data photos --size 16 --epochs 5 --checkpoint here.crcp");
  EXPECT_EQ(other.status, 2);
  EXPECT_TRUE(other.err.starts_with("crescendo: the checkpoint belongs to another training: its seed is "))
      << other.err;
  const Ended broken = crescendo(train + "--checkpoint whole.bin");
  EXPECT_EQ(broken.status, 2);
  EXPECT_NE(broken.err.find("whole.bin is not a checkpoint"), std::string::npos) << broken.err;
}

TEST_F(Tune, ACheckpointGoesOnWithTheKernelsThatItBeganWithOrNotAtAll) {
  write_file(path("point.toml"), kPointOfEveryFeature);  // which names no kernels
  const std::string train = "train --point point.toml --data photos --size 16 --checkpoint here.crcp ";
  setenv("CRESCENDO_ISA", "portable", 1);
  const Ended first = crescendo(train + "--epochs 1");
  const Ended again = crescendo(train + "--epochs 1");
  unsetenv("CRESCENDO_ISA");
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_EQ(again.status, 0) << again.err;
  if (choose_kernels().name == "portable") GTEST_SKIP() << "this processor has one instruction set only";
  const Ended other = crescendo(train + "--epochs 2");
  EXPECT_EQ(other.status, 2);
  EXPECT_TRUE(other.err.starts_with("crescendo: the checkpoint belongs to another training: its kernels is "))
      << other.err;
}

TEST_F(Tune, ATrainingThatWasInterruptedGoesOn) {
  write_file(path("point.toml"), kPointOfEveryFeature);
  const std::string train = "train --point point.toml --data photos --size 16 --epochs 400 --checkpoint here.crcp ";
  const pid_t child = start(train + "2> errors.txt", folder_.path());
  for (int i = 0; i < 500 && !fs::exists(path("here.crcp")); ++i) usleep(10'000);
  kill(child, SIGINT);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_EQ(read_file(path("errors.txt")),
            "crescendo: stopped; here.crcp holds what was trained. Run the same command to go on.\n");
  const Ended run = crescendo(train);
  EXPECT_EQ(run.status, 0);
  EXPECT_NE(run.err.find("goes on from here.crcp, after epoch "), std::string::npos) << run.err;
  EXPECT_NE(run.out.find("mean of classes"), std::string::npos) << run.out;
}

TEST_F(Tune, AStudysFileSearchesTrainingFeatures) {
  ASSERT_EQ(crescendo("tune --data photos --sizes 8,16 --epochs 2 --trials 6 --seed 1 --dry-run --out plan").status, 0);
  std::string toml = read_file(path("plan/study.toml"));
  toml += "\n[[parameter]]\nname = \"optimiser\"\ntype = \"categorical\"\nchoices = [\"sgd\", \"adam\"]\n";
  toml += "\n[[parameter]]\nname = \"dropout\"\ntype = \"float\"\nlow = 0.1\nhigh = 0.5\n";
  const std::size_t at = toml.find("batch_norm = false");
  ASSERT_NE(at, std::string::npos) << toml;
  toml.replace(at, 18, "batch_norm = true");
  write_file(path("mine.toml"), toml);
  EXPECT_EQ(json("tune --study-file mine.toml --jobs 1 --out out --json")["trials"], 6);
  const std::string best = read_file(path("out/best.toml"));
  EXPECT_NE(best.find("batch_norm = true"), std::string::npos) << best;
  EXPECT_EQ(best.find("dropout = "), best.rfind("dropout = ")) << "it is the point's, not the objective's: " << best;
  EXPECT_EQ(crescendo("train --point out/best.toml --data photos --epochs 1").status, 0);
}

TEST_F(Tune, AStudysFileIsEditedAndRun) {
  ASSERT_EQ(crescendo("tune --data photos --sizes 8,16 --epochs 2 --trials 6 --dry-run --out plan").status, 0);
  std::string toml = read_file(path("plan/study.toml"));
  const std::size_t at = toml.find("high = 0.1");
  ASSERT_NE(at, std::string::npos);
  toml.replace(at, 10, "high = 0.02");
  write_file(path("mine.toml"), toml);
  EXPECT_EQ(json("tune --study-file mine.toml --out out --json")["trials"], 6);
  const Json trials = json("trials --json --storage sqlite:///out/study.db");
  for (const Json& trial : trials) EXPECT_LE(trial["point"]["learning_rate"].get<double>(), 0.02);
}

TEST_F(Tune, ABrokenPictureIsSkippedOrWithStrictNamed) {
  write_file(path("photos/blob/zzz.jpg"), "this is text");
  const Ended skipped = crescendo(kSmall + "--trials 4 --out out");
  EXPECT_EQ(skipped.status, 0) << skipped.err;
  EXPECT_NE(skipped.out.find("skipped:  1 broken picture\n"), std::string::npos) << skipped.out;
  EXPECT_NE(skipped.out.find("zzz.jpg"), std::string::npos);
  const Ended strict = crescendo(kSmall + "--trials 4 --out strict --strict");
  EXPECT_EQ(strict.status, 2);
  EXPECT_NE(strict.err.find("zzz.jpg"), std::string::npos) << strict.err;
}

// The real thing, where the real pictures stand (docs/data.md): CRESCENDO_CLOTHING10 names the folder.
TEST_F(Tune, SlowClothing10KilledAndResumedLosesNoFinishedTrial) {
  const char* data = std::getenv("CRESCENDO_CLOTHING10");
  if (!data) GTEST_SKIP() << "set CRESCENDO_CLOTHING10 to the folder of clothing10";
  const std::string command =
      "tune --data '" + std::string(data) + "' --grey --sizes 16,32,64 --trials 40 --jobs 2 --seed 1 --out out ";
  Json known = Json::array();
  for (const int kill_after_s : {5, 15, 30, 20}) {
    const pid_t child = start(command, folder_.path());
    sleep(static_cast<unsigned>(kill_after_s));
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    known = json("trials --json --storage sqlite:///out/study.db");
  }
  EXPECT_EQ(json(command + "--json")["trials"], 40);
  const Json finally = json("trials --json --storage sqlite:///out/study.db");
  int kept = 0;
  for (const Json& trial : known) {
    if (trial["state"] == "running") continue;
    EXPECT_EQ(finally[trial["trial"].get<std::size_t>()], trial);
    ++kept;
  }
  EXPECT_GT(kept, 3);
}

}  // namespace
}  // namespace crescendo::end_to_end
