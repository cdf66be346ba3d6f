// Snapshots and reports, of searches as users run them.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "base/json.h"
#include "tests/end_to_end/program.h"

namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

Json page_snapshot(const std::string& page) {
  const std::string before = "<script id=\"snapshot\" type=\"application/json\">";
  const std::size_t begin = page.find(before) + before.size();
  return parse_json(page.substr(begin, page.find("</script>", begin) - begin), "the page's snapshot");
}

class Report : public testing::Test {
 protected:
  Report() {
    folder_.write("space.toml", R"(
[[parameter]]
name = "</script><b>rate"
type = "float"
low = 1e-5
high = 1.0
log = true

[[parameter]]
name = "kind"
type = "categorical"
choices = ["sgd", "<!--"]

[[parameter]]
name = "momentum"
type = "float"
low = 0.0
high = 1.0
active_when = "kind == 'sgd'"
)");
    folder_.write("server.py", R"(
import json, math, sys
for line in sys.stdin:
    p = json.loads(line)
    print(json.dumps({"loss": math.log10(p["</script><b>rate"]) ** 2 + p.get("momentum", 0) + 1 / p["epoch"]}),
          flush=True)
)");
  }

  Ended run(const std::string& arguments) const { return crescendo(arguments, folder_.path()); }
  Json json(const std::string& arguments) const {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.status, 0) << ended.err;
    return parse_json(ended.out, arguments);
  }
  std::string file(const std::string& name) const { return read_file(folder_.path() / name); }

  Ended tune(const std::string& rest) const {
    return run("tune --server 'python3 server.py' --space space.toml --jobs 1 --sampler random --ladder epoch=1,4 " +
               rest);
  }

  void expect_refused(const std::string& arguments, const std::string& words) const {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.status, 2) << arguments;
    EXPECT_NE(ended.err.find(words), std::string::npos) << ended.err;
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
  }

  picture_maker::TemporaryFolder folder_;
};

TEST_F(Report, OfAProgramsSearchHasTheNumbersThatTheOtherCommandsPrint) {
  const Ended searched = tune("--trials 60 --out out");
  ASSERT_EQ(searched.status, 0) << searched.err;
  EXPECT_NE(searched.out.find("out/report.html"), std::string::npos) << searched.out;
  const std::string storage = " --storage sqlite:///out/study.db ";
  const Json whole = json("snapshot" + storage), study = whole["studies"][0];
  const Json trials = json("trials --json" + storage), best = json("best --json" + storage);
  ASSERT_EQ(study["trials"]["loss"].size(), trials.size());
  for (std::size_t i = 0; i < trials.size(); ++i) {
    EXPECT_EQ(study["trials"]["loss"][i], trials[i]["loss"]);
    EXPECT_EQ(study["trials"]["state"][i], trials[i]["state"]);
    EXPECT_EQ(study["trials"]["seconds"][i], trials[i]["seconds"]);
    for (const auto& [name, values] : study["trials"]["point"].items()) {
      EXPECT_EQ(values[i], trials[i]["point"].value(name, Json(nullptr)));
    }
  }
  EXPECT_EQ(study["best"]["trial"], best["best"]["trial"]);
  EXPECT_EQ(study["best"]["loss"], best["best"]["loss"]);
  Json importance = json("importance --json --curves" + storage)["rungs"];
  ASSERT_EQ(importance.size(), study["importance"].size());
  for (std::size_t rung = 0; rung < importance.size(); ++rung) {
    Json shown = study["importance"][rung];
    EXPECT_LE(shown["surfaces"].size(), 3u);
    shown.erase("surfaces");
    EXPECT_EQ(shown["curves"]["kind"], importance[rung]["curves"]["kind"]);
    for (Json* json_of : {&shown, &importance[rung]}) json_of->erase("curves");
    EXPECT_EQ(shown, importance[rung]);
  }
  EXPECT_GT(study["saved"]["measured"], 0);
  EXPECT_GT(study["details"].size(), 10u);
  EXPECT_EQ(study["rungs"][1]["label"], "epoch 4");

  // What tune left, and what the command writes, hold the same.
  ASSERT_EQ(run("report --out page.html" + storage).status, 0);
  for (const char* name : {"out/report.html", "page.html"}) {
    const std::string page = file(name);
    EXPECT_EQ(page.find("<b>rate"), std::string::npos);
    EXPECT_EQ(page_snapshot(page)["studies"], whole["studies"]);
  }
  ASSERT_EQ(run("snapshot --details 1 --out some.json" + storage).status, 0);
  EXPECT_EQ(parse_json(file("some.json"), "it")["studies"][0]["details"].size(), 1u);
}

TEST_F(Report, OfALargeRungLooksAtSoManyOfItsTrials) {
  ASSERT_EQ(tune("--trials 60 --out out --quiet").status, 0);
  const std::string storage = " --storage sqlite:///out/study.db ";
  const Json all = json("importance --json" + storage)["rungs"][0];
  const Json some = json("importance --json --most 20" + storage)["rungs"][0];
  EXPECT_GT(all["trials"], 20);
  EXPECT_EQ(some["trials"], 20);
  EXPECT_EQ(json("importance --json --most 1000" + storage)["rungs"][0], all);
}

TEST_F(Report, OfPicturesHasWhatTheBestTrialsLeft) {
  make_pictures(folder_, "photos", 20);
  ASSERT_EQ(run("tune --data photos --sizes 8 --epochs 1 --trials 4 --jobs 1 --quiet --out a").status, 0);
  const Json study = page_snapshot(file("a/report.html"))["studies"][0];
  EXPECT_EQ(study["loss"], Json({{"name", "error"}, {"share", true}, {"maximize", false}}));
  EXPECT_TRUE(study["best"]["test_error"].is_number());
  EXPECT_EQ(study["saved"], nullptr);
  const std::string best = study["best"]["trial"].dump();
  EXPECT_EQ(study["details"][best]["curve"], parse_json(file("a/trials/" + best + "/curve.json"), "curve"));
  EXPECT_EQ(study["details"][best]["confusion"]["classes"], Json({"across", "blob", "down"}));
}

TEST_F(Report, OfAnExperimentShowsItsStudiesTogether) {
  folder_.write("grid.toml", R"(
name = "grid"
seeds = 2
[objective.toy]
name = "server"
run = "python3 server.py"
space = "space.toml"
[ladder.one]
epoch = [4]
[[grid]]
objective = "toy"
ladder = "one"
schedule = "flat"
sampler = "random"
budget = { trials = 5 }
)");
  const Ended ran = run("experiment grid.toml --out e --quiet");
  ASSERT_EQ(ran.status, 0) << ran.err;
  const std::string storage = " --storage sqlite:///e/study.db ";
  const Json all = json("snapshot" + storage)["studies"];
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NE(all[0]["seed"], all[1]["seed"]);
  for (const Json& study : all) EXPECT_EQ(study["details"].size(), 5u);
  const std::string name = all[1]["name"];
  const Json one = json("snapshot --study '" + name + "' --study '" + name + "'" + storage)["studies"];
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0], all[1]);
  expect_refused("report --out r.html --study none" + storage, "none");
}

TEST_F(Report, OfFailedTrialsOnlyIsWrittenAllTheSame) {
  folder_.write("server.py", std::string("import sys\nsys.exit('</script> broke')\n"));
  EXPECT_EQ(tune("--trials 2 --out out --quiet").status, 1);
  const Json study = page_snapshot(file("out/report.html"))["studies"][0];
  EXPECT_EQ(study["best"], nullptr);
  EXPECT_EQ(study["trials"]["state"], Json({"failed", "failed"}));
  EXPECT_NE(study["trials"]["reason"]["0"].get<std::string>().find("</script> broke"), std::string::npos);
}

TEST_F(Report, OfATrialThatRunsIsWritten) {
  const Ended made = run("ask --storage sqlite:///none.db --study s --space space.toml --trials 1");
  ASSERT_EQ(made.status, 0) << made.err;
  const Json study = json("snapshot --storage sqlite:///none.db")["studies"][0];
  EXPECT_EQ(study["trials"]["state"], Json({"running"}));
  EXPECT_EQ(study["objective"]["name"], "external");
  EXPECT_EQ(study["details"], Json::object());
}

TEST_F(Report, ThatCannotBeWrittenCostsTheSearchNothing) {
  fs::create_directories(folder_.path() / "out/report.html/in the way");
  const Ended searched = tune("--trials 4 --out out");
  EXPECT_EQ(searched.status, 0);
  EXPECT_NE(searched.err.find("crescendo: there is no report: cannot write out/report.html"), std::string::npos)
      << searched.err;
  EXPECT_EQ(searched.out.find("report.html"), std::string::npos);
}

TEST_F(Report, HasPicturesWithoutABrowser) {
  ASSERT_EQ(tune("--trials 20 --out out --quiet").status, 0);
  const std::string storage = " --storage sqlite:///out/study.db ";
  for (const std::string figure : {"history", "importance", "marginals", "parallel", "compare"}) {
    const Ended drawn = run("plot " + figure + storage + "--out " + figure + ".svg");
    ASSERT_EQ(drawn.status, 0) << drawn.err;
    const std::string svg = file(figure + ".svg");
    EXPECT_TRUE(svg.starts_with("<svg xmlns=")) << figure;
    EXPECT_TRUE(svg.ends_with("</svg>\n")) << figure;
    EXPECT_EQ(svg.find("<b>"), std::string::npos) << figure;
  }
  expect_refused("plot pie --out x" + storage, "no figure called 'pie'; there are: history");
  expect_refused("plot history --out x --study a --study b" + storage, "is of one study");
  expect_refused("plot history --out x --study none" + storage, "none");
  expect_refused("plot history --out out/study.db" + storage, "--storage and --out are the same file");
  expect_refused("plot history" + storage, "--out");
}

TEST_F(Report, ObeysTheRulesOfOutputs) {
  ASSERT_EQ(tune("--trials 4 --out out --quiet").status, 0);
  const std::string storage = " --storage sqlite:///out/study.db ";
  const std::string before = file("out/study.db");
  for (const std::string command : {"report", "snapshot"}) {
    expect_refused(command + " --out out/study.db" + storage, "--storage and --out are the same file");
    expect_refused(command + " --out out" + storage, "--out: out is a folder; a file is wanted");
    expect_refused(command + " --out ''" + storage, "must not be empty");
    expect_refused(command + " --out x --details -1" + storage, "--details");
    expect_refused(command + " --out x --storage sqlite:///nowhere.db", "nowhere.db");
    expect_refused(command + " --out x --storage memory:", "no study");
  }
  expect_refused("report" + storage, "--out");
  EXPECT_EQ(file("out/study.db"), before);
  EXPECT_FALSE(fs::exists(folder_.path() / "x"));
}

}  // namespace
}  // namespace crescendo::end_to_end
