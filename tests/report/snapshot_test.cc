#include "crescendo/report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "report/importance_report.h"
#include "study/names.h"
#include "tests/images/picture_maker.h"
#include "tests/report/made_history.h"

namespace crescendo {
namespace {

Json taken(const ShownStudy& study, int details = 20) {
  const Snapshot found = snapshot({&study, 1}, {details, true, "2026-11-26T20:00:00Z", "crescendo 0"});
  EXPECT_TRUE(found.notes.empty());
  return parse_json(found.json, "the snapshot");
}

Json taken(const History& history) { return taken({history, "memory:", {}, {}})["studies"][0]; }

MadeHistory two_rungs(int trials) {
  MadeHistory made(small_study(1000, 2));
  Rng rng(9);
  for (int i = 0; i < trials; ++i) made.finish(0, rng.uniform(), 2);
  for (int i = 0; i < trials / 2; ++i) made.finish(1, rng.uniform(), 6, i);
  return made;
}

// Some of a curve's values, with the weight of all.
void expect_part_of(const Json& some, const Json& all) {
  EXPECT_EQ(some.size(), std::min<std::size_t>(all.size(), 48));
  double weight = 0;
  std::size_t at = 0;
  for (const Json& point : some) {
    while (at < all.size() && all[at]["value"] != point["value"]) ++at;
    ASSERT_LT(at, all.size());
    EXPECT_EQ(point["loss"], all[at]["loss"]);
    EXPECT_EQ(point["std"], all[at]["std"]);
    weight += point["weight"].get<double>();
  }
  double whole = 0;
  for (const Json& point : all) whole += point["weight"].get<double>();
  EXPECT_NEAR(weight, whole, 1e-9);
}

TEST(Snapshot, SaysWhatItIsAndWhoWroteIt) {
  const Json json = taken({two_rungs(2).history(), "memory:", {}, {}});
  EXPECT_EQ(json["format"], "crescendo snapshot");
  EXPECT_EQ(json["version"], 1);
  EXPECT_EQ(json["written"], "2026-11-26T20:00:00Z");
  EXPECT_EQ(json["program"], "crescendo 0");
}

TEST(Snapshot, NumbersSubjectsAndGroups) {
  const MadeHistory one(small_study(9, 1));
  Study seeded = one.history().study(), other = seeded, larger = seeded;
  seeded.name = "seeded";
  seeded.seed = 7;
  other.sampler.name = "tpe";
  larger.ladder.back().fidelity["epochs"] = 5;
  const MadeHistory two(seeded), three(other), four(larger);
  std::vector<ShownStudy> studies;
  for (const MadeHistory* made : std::initializer_list<const MadeHistory*>{&one, &three, &two, &four}) {
    studies.push_back({made->history(), "memory:", {}, {}});
  }
  const Json json = parse_json(snapshot(studies, {}).json, "the snapshot")["studies"];
  std::vector<std::pair<int, int>> numbers;
  for (const Json& study : json) numbers.emplace_back(study["subject"], study["group"]);
  EXPECT_EQ(numbers, (std::vector<std::pair<int, int>>{{0, 0}, {0, 1}, {0, 0}, {1, 2}}));
}

TEST(Snapshot, HoldsEachColumnOfEachTrial) {
  MadeHistory made = two_rungs(4);
  const int failed = made.fail(1, "it </script> fell");
  Trial placed = made.begin(0);
  placed.point.reset();
  placed.tag.generation = 3;
  placed.elapsed_seconds = 12.5;
  made.end(placed);
  const Json trials = taken(made.history())["trials"];
  const std::size_t count = made.history().trials().size();
  for (const char* column : {"rung", "parent", "box", "state", "loss", "seconds", "cpu_seconds", "begun"}) {
    EXPECT_EQ(trials[column].size(), count) << column;
  }
  for (const Trial& trial : made.history().trials()) {
    const auto at = static_cast<std::size_t>(trial.number);
    EXPECT_EQ(trials["rung"][at], trial.rung);
    EXPECT_EQ(trials["state"][at], state_name(made.history().study(), trial));
    EXPECT_EQ(trials["loss"][at], trial.state == TrialState::kFinished ? Json(trial.loss) : Json(nullptr));
  }
  EXPECT_EQ(trials["parent"][4], 0);
  EXPECT_EQ(trials["parent"][0], nullptr);
  EXPECT_EQ(trials["box"][0], 0);
  EXPECT_EQ(trials["begun"][count - 1], 12.5);
  EXPECT_EQ(trials["tag"], Json::parse(R"({"7": {"generation": 3}})"));
  EXPECT_EQ(trials["reason"], Json({{std::to_string(failed), "it </script> fell"}}));
  EXPECT_EQ(trials["curve"].size(), 6u);
  EXPECT_EQ(trials["curve"]["0"].size(), 2u);
  EXPECT_EQ(trials["curve"]["0"][1], trials["loss"][0]);
}

TEST(Snapshot, SaysWhichTrialsWereStoppedEarly) {
  MadeHistory made = two_rungs(2);
  Trial stopped = made.begin(0);
  stopped.state = TrialState::kFinished;
  stopped.stopped_early = true;
  made.end(stopped);
  EXPECT_EQ(taken(made.history())["trials"]["stopped_early"], Json({stopped.number}));
  EXPECT_EQ(taken(two_rungs(2).history())["trials"]["stopped_early"], Json::array());
}

TEST(Snapshot, HoldsNullWhereAParameterIsNotActiveOrNotKnown) {
  MadeHistory made = two_rungs(40);
  Trial claimed = made.begin(0);
  claimed.point.reset();
  made.end(claimed);
  const Json json = taken(made.history());
  const Json& point = json["trials"]["point"];
  EXPECT_EQ(point.size(), json["parameters"].size());
  int inactive = 0;
  for (const Trial& trial : made.history().trials()) {
    const auto at = static_cast<std::size_t>(trial.number);
    if (!trial.point) {
      EXPECT_EQ(point["rate"][at], nullptr);
      continue;
    }
    EXPECT_EQ(point["rate"][at], trial.point->values[0]);
    EXPECT_EQ(point["units"][at].is_null(), point["layers"][at] == 1);
    inactive += point["units"][at].is_null();
  }
  EXPECT_GT(inactive, 0);
}

TEST(Snapshot, DescribesTheParameters) {
  const Json parameters = taken(two_rungs(1).history())["parameters"];
  EXPECT_EQ(parameters[0], Json::parse(R"({"name": "rate", "kind": "float", "low": 1e-4, "high": 0.1, "log": true,
                                           "step": null, "choices": null, "active_when": []})"));
  EXPECT_EQ(parameters[2]["active_when"], Json({"layers >= 2"}));
  EXPECT_EQ(parameters[3], Json::parse(R"({"name": "kind", "kind": "categorical", "low": null, "high": null,
                                           "log": null, "step": null, "choices": ["sgd", "adam", null, true, 1.5],
                                           "active_when": []})"));
  EXPECT_EQ(parameters[5]["step"], 0.05);
}

TEST(Snapshot, ShowsWherePointsCouldFall) {
  MadeHistory made = two_rungs(2);
  const Json rungs = taken(made.history())["rungs"];
  ASSERT_EQ(rungs.size(), 2u);
  EXPECT_EQ(rungs[0]["label"], "epochs 1");
  EXPECT_EQ(rungs[0]["fidelity"], Json({{"epochs", 1}}));
  EXPECT_EQ(rungs[0]["trials"], 2);
  EXPECT_EQ(rungs[0]["seconds"], 4);
  ASSERT_EQ(rungs[1]["boxes"].size(), 1u);
  EXPECT_EQ(rungs[1]["boxes"][0]["number"], 1);
  const Json& sides = rungs[1]["boxes"][0]["sides"];
  EXPECT_EQ(sides.size(), 7u);
  EXPECT_EQ(sides["layers"], Json({1, 3}));
  EXPECT_EQ(sides["size"], Json({3, 5, 7}));
}

TEST(Snapshot, LeavesOutTheBoxThatAPerturbedTrialHasForItself) {
  MadeHistory made = two_rungs(2);
  Trial perturbed = made.begin(1, 0);
  perturbed.box = 1;
  perturbed.state = TrialState::kFinished;
  made.end(perturbed);
  const Json json = taken(made.history());
  EXPECT_TRUE(json["rungs"][1]["boxes"].empty());
  EXPECT_EQ(json["rungs"][0]["boxes"].size(), 1u);
  EXPECT_EQ(json["trials"]["box"][static_cast<std::size_t>(perturbed.number)], 1) << "by which the page tells it";
}

TEST(Snapshot, HasTheImportanceThatTheCommandPrints) {
  MadeHistory made = two_rungs(60);
  const Json json = taken(made.history());
  ASSERT_EQ(json["importance"].size(), 2u);
  const Study& study = made.history().study();
  ImportanceOptions options;
  options.pairs = options.totals = options.conditions = true;
  for (int rung = 0; rung < 2; ++rung) {
    const RungImportance alone = analyse(trials_at(made.history(), rung), options, "",
                                         fidelity_json(study.ladder[static_cast<std::size_t>(rung)]));
    Json shown = json["importance"][static_cast<std::size_t>(rung)];
    ASSERT_GT(shown["surfaces"].size(), 0u);
    for (const Json& surface : shown["surfaces"]) {
      EXPECT_LE(surface["values_a"].size(), 24u);
      EXPECT_EQ(surface["loss"].size(), surface["values_a"].size());
      EXPECT_EQ(surface["std"][0].size(), surface["values_b"].size());
    }
    Json full = rung_importance_json(study.space, false, true, alone);
    for (const auto& [name, curve] : shown["curves"].items()) expect_part_of(curve, full["curves"][name]);
    for (Json* json_of : {&shown, &full}) json_of->erase("curves");
    shown.erase("surfaces");
    // Doubles come back bit for bit.
    EXPECT_EQ(shown, full);
  }
}

TEST(Snapshot, HasTheSurfacesOfTheStrongestPairs) {
  const Json json = taken(two_rungs(60).history())["importance"][0];
  const Json *strongest = nullptr, &first = json["surfaces"][0];
  for (const Json& pair : json["pairs"]) {
    if (!strongest || pair["share"] > (*strongest)["share"]) strongest = &pair;
  }
  EXPECT_EQ(first["a"], (*strongest)["a"]);
  EXPECT_EQ(first["b"], (*strongest)["b"]);
}

TEST(Snapshot, LooksAtSoManyTrialsOfALargeRungOnly) {
  const Json json = taken(two_rungs(1200).history())["importance"];
  EXPECT_EQ(json[0]["trials"], 1000);
  EXPECT_EQ(json[1]["trials"], 600);
}

TEST(Snapshot, LeavesPairsOutWhereThereAreThousands) {
  for (const int parameters : {40, 41}) {
    Json made = Json::array();
    for (int i = 0; i < parameters; ++i) {
      made.push_back({{"name", "x" + std::to_string(i)}, {"type", "float"}, {"low", 0}, {"high", 1}});
    }
    MadeHistory history(small_study(20, 1, "flat", parse_space(made)));
    for (int i = 0; i < 12; ++i) history.finish(0, 0.1 * i);
    const Json json = taken(history.history())["importance"][0];
    EXPECT_EQ(json["main"].size(), static_cast<std::size_t>(parameters));
    EXPECT_EQ(json["pairs"].empty(), parameters == 41);
  }
}

TEST(Snapshot, NamesTheBestAndItsRepetitions) {
  MadeHistory made(small_study(20, 2));
  const int low = made.finish(0, 0.5, 1);
  const int first = made.finish(1, 0.2, 3, low);
  Trial repeat = made.begin(1, first);
  repeat.tag.repeat = 1;
  repeat.state = TrialState::kFinished;
  repeat.loss = 0.4;
  made.end(repeat);
  const Json best = taken({made.history(), "memory:", 0.25, {}})["studies"][0]["best"];
  EXPECT_EQ(best["trial"], first);
  EXPECT_EQ(best["trials"], Json({first, first + 1}));
  EXPECT_NEAR(best["loss"].get<double>(), 0.3, 1e-12);
  EXPECT_EQ(best["test_error"], 0.25);
  EXPECT_EQ(best["rung"], 1);
}

TEST(Snapshot, ShowsTheValuesOfAProgramThatIsMaximized) {
  Study study = small_study(20, 1);
  study.maximize = true;
  study.objective.options["loss"] = std::string("reward");
  MadeHistory made(std::move(study));
  for (int i = 0; i < 12; ++i) made.finish(0, -i);
  const Json json = taken(made.history());
  EXPECT_EQ(json["loss"], Json({{"name", "reward"}, {"share", false}, {"maximize", true}}));
  EXPECT_EQ(json["trials"]["loss"][11], 11);
  EXPECT_EQ(json["trials"]["curve"]["11"], Json({10, 11}));
  EXPECT_EQ(json["best"]["loss"], 11);
  EXPECT_EQ(json["rungs"][0]["best_loss"], 11);
}

TEST(Snapshot, OfAStudyWithoutALossHasNothingThatNeedsOne) {
  MadeHistory empty(small_study(20, 2)), failed(small_study(20, 2)), one(small_study(20, 2));
  failed.fail(0, "broken");
  failed.fail(1, "broken");
  one.finish(0, 1);
  for (const MadeHistory* made : {&empty, &failed}) {
    const Json json = taken(made->history());
    EXPECT_EQ(json["best"], nullptr);
    EXPECT_EQ(json["saved"], nullptr);
    EXPECT_EQ(json["importance"], Json::parse("[null, null]"));
    EXPECT_EQ(json["rungs"][0]["best_loss"], nullptr);
  }
  EXPECT_EQ(taken(failed.history())["trials"]["loss"], Json::parse("[null, null]"));
  const Json json = taken(one.history());
  EXPECT_EQ(json["best"]["trial"], 0);
  EXPECT_EQ(json["importance"][0]["trials"], 1);
  EXPECT_EQ(json["importance"][1], nullptr);
}

TEST(Snapshot, KeepsAPasswordOfItsStorageToItself) {
  MadeHistory made = two_rungs(1);
  const auto shown = [&](const std::string& url) {
    return taken({made.history(), url, {}, {}})["studies"][0]["storage"].get<std::string>();
  };
  EXPECT_EQ(shown("postgres://me:secret@host:5432/db"), "postgres://me@host:5432/db");
  EXPECT_EQ(shown("postgres://me@host:5432/db"), "postgres://me@host:5432/db");
  EXPECT_EQ(shown("sqlite:////a:b@c/study.db"), "sqlite:////a:b@c/study.db");
  EXPECT_EQ(shown("memory:"), "memory:");
}

TEST(Snapshot, PutsInWhatTheBestTrialsLeft) {
  picture_maker::TemporaryFolder folder;
  MadeHistory made = two_rungs(4);  // trials 4 and 5 are at the top
  const bool four = made.history().trial(4).loss < made.history().trial(5).loss;
  for (int trial = 0; trial < 6; ++trial) {
    folder.write("trials/" + std::to_string(trial) + "/curve.json", std::string("[{\"epoch\": 1}]"));
  }
  folder.write(std::string("trials/") + (four ? "4" : "5") + "/confusion.json",
               std::string("{\"classes\": [\"<b>\"], \"confusion\": [[3]]}"));
  const Json details = taken({made.history(), "memory:", {}, folder.path()}, 2)["studies"][0]["details"];
  ASSERT_EQ(details.size(), 2u);
  const Json& best = details[four ? "4" : "5"];
  EXPECT_EQ(best["curve"][0]["epoch"], 1);
  EXPECT_EQ(best["confusion"]["classes"][0], "<b>");
  EXPECT_FALSE(best.contains("mistakes"));
  EXPECT_EQ(details[four ? "5" : "4"].size(), 1u);
}

TEST(Snapshot, LeavesOutAFileThatCannotBeShownAndSaysSo) {
  const MadeHistory made = two_rungs(1);
  const auto note = [&](const std::string& name, const std::string& content) {
    picture_maker::TemporaryFolder folder;
    folder.write("trials/0/" + name + ".json", content);
    const ShownStudy study{made.history(), "memory:", {}, folder.path()};
    const Snapshot found = snapshot({&study, 1}, {});
    const bool is_shown = !parse_json(found.json, "it")["studies"][0]["details"].empty();
    EXPECT_EQ(is_shown, found.notes.empty()) << content.substr(0, 100);
    return found.notes.empty() ? "" : found.notes[0].substr(found.notes[0].rfind('/') + 1);
  };
  const std::string mistake =
      R"({"picture": 7, "class": "a", "predicted": "b", "probability": 1, "side": 8, "png": "")";
  EXPECT_EQ(note("curve", R"([{"epoch": 1, "loss": null, "seconds": 0.5}])"), "");
  EXPECT_EQ(note("confusion", R"({"classes": ["a", "b"], "confusion": [[1, 0], [2, 3]]})"), "");
  EXPECT_EQ(note("mistakes", "[" + mistake + "}]"), "");
  EXPECT_EQ(note("confusion", "none"), "confusion.json is not JSON: it breaks at byte 2");
  const std::string deep = std::string(400'000, '[') + std::string(400'000, ']');
  for (const std::string bad :
       {"1", "{}", "[1]", "[[]]", "[{}]", R"([{"epoch": "1"}])", R"([{"epoch": 1, "loss": [1]}])", deep.c_str()}) {
    EXPECT_TRUE(note("curve", bad).starts_with("curve.json is not a list of epochs, ")) << bad.substr(0, 100);
  }
  for (const std::string bad :
       {"[]", "{}", R"({"classes": ["a"]})", R"({"classes": [], "confusion": []})",
        R"({"classes": "a", "confusion": [[1]]})", R"({"classes": [1], "confusion": [[1]]})",
        R"({"classes": ["a"], "confusion": [[1, 2]]})", R"({"classes": ["a"], "confusion": [["1"]]})",
        R"({"classes": ["a"], "confusion": [1]})"}) {
    EXPECT_TRUE(note("confusion", bad).starts_with("confusion.json is not \"classes\", ")) << bad;
  }
  for (const std::string& bad :
       {std::string("{}"), std::string("[3]"), std::string("[{}]"), "[" + mistake + R"(, "more": []}])"}) {
    EXPECT_TRUE(note("mistakes", bad).starts_with("mistakes.json is not a list of pictures, ")) << bad;
  }
  EXPECT_EQ(note("curve", std::string(1'000'000, ' ') + "[]"), "curve.json is larger than 1000000 bytes");
}

// As large as they come: of RGB pictures of 128 px.
std::string mistakes_of_bytes(std::size_t bytes) {
  Json list = Json::array();
  for (int i = 0; i < 12; ++i) {
    list.push_back({{"picture", "a.png"},
                    {"class", "a"},
                    {"predicted", "b"},
                    {"probability", 0.9},
                    {"side", 128},
                    {"png", std::string(bytes / 12 - 100, 'A')}});
  }
  return to_line(list);
}

TEST(Snapshot, HoldsPicturesOfTheBestTrialsUpToOneMegabyte) {
  picture_maker::TemporaryFolder folder;
  MadeHistory made(small_study(100, 1));
  for (int i = 0; i < 20; ++i) {
    made.finish(0, i);
    folder.write("trials/" + std::to_string(i) + "/mistakes.json", mistakes_of_bytes(300'000));
    folder.write("trials/" + std::to_string(i) + "/curve.json", std::string("[{\"epoch\": 1}]"));
  }
  const std::vector<ShownStudy> twice(2, {made.history(), "memory:", {}, folder.path()});
  const auto shown = [&](std::size_t studies) {
    std::vector<std::string> with_pictures;
    const Snapshot found = snapshot(std::span(twice).first(studies), {});
    const Json json = parse_json(found.json, "it");
    for (const Json& study : json["studies"]) {
      EXPECT_EQ(study["details"].size(), 20u);
      for (const auto& [trial, details] : study["details"].items()) {
        if (details.contains("mistakes")) with_pictures.push_back(trial);
      }
    }
    return with_pictures;
  };
  EXPECT_EQ(shown(1), (std::vector<std::string>{"0", "1", "2"}));
  EXPECT_EQ(shown(2), (std::vector<std::string>{"0", "0"}));
}

TEST(Snapshot, RefusesLessThanNoDetails) {
  const MadeHistory made = two_rungs(1);
  const ShownStudy study{made.history(), "memory:", {}, {}};
  SnapshotOptions options;
  options.details = -1;
  EXPECT_THROW(snapshot({&study, 1}, options), Error);
}

TEST(Snapshot, HasNoImportanceWhereNoneIsWanted) {
  const MadeHistory made = two_rungs(20);
  const ShownStudy study{made.history(), "memory:", {}, {}};
  SnapshotOptions options;
  options.importance = false;
  EXPECT_EQ(parse_json(snapshot({&study, 1}, options).json, "it")["studies"][0]["importance"],
            Json::parse("[null, null]"));
}

TEST(Snapshot, HasTheCurvesOfTheBestOfManyTrials) {
  MadeHistory made(small_study(2000, 1));
  for (int i = 0; i < 600; ++i) made.finish(0, 600 - i);
  const Json curves = taken({made.history(), "memory:", {}, {}}, 20)["studies"][0]["trials"]["curve"];
  EXPECT_EQ(curves.size(), 520u);
  EXPECT_TRUE(curves.contains("599"));
  EXPECT_FALSE(curves.contains("79"));
}

}  // namespace
}  // namespace crescendo
