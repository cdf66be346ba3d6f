// What matters, from a study and from a CSV file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/json.h"
#include "tests/end_to_end/program.h"

namespace crescendo::end_to_end {
namespace {

class ImportanceCommand : public testing::Test {
 protected:
  ImportanceCommand() {
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

[[parameter]]
name = "kind"
type = "categorical"
choices = ["sgd", "adam"]

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
    loss = (math.log10(p["rate"]) + 2.7) ** 2 + 0.05 * (math.log2(p["units"]) - 8) ** 2 + 1 / p["epoch"]
    if "momentum" in p: loss += p["momentum"]
    print(json.dumps({"loss": loss}), flush=True)
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

TEST_F(ImportanceCommand, ShowsEachRungOfAStudySideBySide) {
  const std::string storage = "--storage sqlite:///out/study.db ";
  ASSERT_EQ(crescendo("tune --server 'python3 server.py' --space space.toml --jobs 1 --trials 120 --sampler random "
                      "--ladder epoch=1,4 --out out")
                .status,
            0);
  const Json all = json("importance --json --curves --weights 1,2 " + storage);
  ASSERT_EQ(all["rungs"].size(), 2u);
  EXPECT_EQ(all["rungs"][0]["fidelity"]["epoch"], 1);
  EXPECT_EQ(all["rungs"][1]["fidelity"]["epoch"], 4);
  const Json& first = all["rungs"][0];
  EXPECT_GT(first["trials"], 50);
  EXPECT_GT(first["main"]["rate"]["share"], 0.7);
  EXPECT_GE(first["main"]["rate"]["std"], 0);
  EXPECT_GE(first["total"]["rate"]["share"].get<double>(), first["main"]["rate"]["share"].get<double>() - 0.02);
  EXPECT_EQ(first["pairs"].size(), 6u);
  EXPECT_NEAR(std::log10(first["best_values"]["rate"].get<double>()), -2.7, 0.4);
  EXPECT_EQ(first["conditions"]["momentum"]["probability"], 0.5);
  EXPECT_EQ(all["rank_correlation"][0][0], 1);
  EXPECT_GT(all["together"]["main"]["rate"]["share"], 0.5);
  EXPECT_GT(first["curves"]["rate"].size(), 10u);

  const Json one = json("importance --json --rung 1 " + storage);
  ASSERT_EQ(one["rungs"].size(), 1u);
  EXPECT_EQ(one["rungs"][0]["main"], first["main"]);
  const Ended text = crescendo("importance --pairs " + storage);
  EXPECT_NE(text.out.find("rank correlation of epoch 1 and epoch 4"), std::string::npos) << text.out;
  EXPECT_NE(text.out.find("interaction"), std::string::npos);
}

TEST_F(ImportanceCommand, ReadsACsvFileOfTrialsFromElsewhere) {
  std::string csv = "id,units,kind,rate,momentum,loss\n";
  Rng rng(1);
  for (int i = 0; i < 200; ++i) {
    const double exponent = -5 * rng.uniform(), momentum = rng.uniform();
    const bool sgd = rng.below(2) == 0;
    csv += std::to_string(i) + "," + std::to_string(16 + rng.below(1000)) + "," + (sgd ? "sgd" : "\"adam\"") + "," +
           std::to_string(std::pow(10, exponent)) + "," + (sgd ? std::to_string(momentum) : "") + ",";
    csv += i == 7 ? "\n" : std::to_string(exponent * exponent + (sgd ? momentum : 0)) + "\n";
  }
  folder_.write("trials.csv", csv);
  const Json found =
      json("importance --csv trials.csv --space space.toml --json --triple rate,units,kind --surface rate,kind");
  const Json& rung = found["rungs"][0];
  EXPECT_EQ(rung["trials"], 200);
  EXPECT_EQ(rung["failed"], 1);
  EXPECT_EQ(rung["fidelity"], Json::object());
  EXPECT_GT(rung["main"]["rate"]["share"], 0.8);
  EXPECT_LT(rung["main"]["units"]["share"], 0.02);
  EXPECT_EQ(rung["triples"].size(), 1u);
  EXPECT_EQ(rung["surfaces"][0]["loss"][0].size(), 2u);
  const Json best = json("importance --csv trials.csv --space space.toml --json --percentile 20");
  EXPECT_LT(best["rungs"][0]["main"]["rate"]["share"], rung["main"]["rate"]["share"]);
  const Json other_way = json("importance --csv trials.csv --space space.toml --json --maximize");
  EXPECT_LT(other_way["rungs"][0]["best_values"]["rate"], 1e-4);
}

TEST_F(ImportanceCommand, NamesALossThatIsMostOfTheVariance) {
  std::string csv = "rate,units,kind,momentum,loss\n";
  for (int i = 0; i < 40; ++i) csv += fmt::format("0.{:02},32,adam,,{}\n", i + 1, i);
  folder_.write("good.csv", csv);
  folder_.write("diverged.csv", csv + "0.5,32,adam,,1e20\n");
  folder_.write("one.csv", "rate,units,kind,momentum,loss\n0.5,32,adam,,1\n");
  const std::string named = "one trial's loss is 98 % of the variance; --percentile 95";
  EXPECT_EQ(crescendo("importance --csv good.csv --space space.toml").out.find("one trial's loss"), std::string::npos);
  EXPECT_NE(crescendo("importance --csv diverged.csv --space space.toml").out.find(named), std::string::npos);
  EXPECT_NE(crescendo("importance --csv one.csv --space space.toml").out.find("one trial does not tell"),
            std::string::npos);
}

TEST_F(ImportanceCommand, SaysWhatItCannotUse) {
  folder_.write("missing.csv", "rate,units,kind,loss\n0.1,32,adam,1\n");
  folder_.write("outside.csv", "rate,units,kind,momentum,loss\n0.1,32,adam,,1\n7,32,adam,,1\n");
  folder_.write("inactive.csv", "rate,units,kind,momentum,loss\n0.1,32,sgd,,1\n");
  folder_.write("empty.csv", "rate,units,kind,momentum,loss\n0.1,32,adam,,\n");
  const auto refused = [&](const std::string& arguments, const std::string& words) {
    const Ended run = crescendo("importance " + arguments);
    EXPECT_EQ(run.status, 2) << run.out;
    EXPECT_NE(run.err.find(words), std::string::npos) << run.err;
  };
  refused("", "--storage");
  refused("--csv missing.csv", "--space");
  refused("--csv missing.csv --space space.toml", "'momentum' is missing");
  refused("--csv outside.csv --space space.toml", "outside.csv, line 3");
  refused("--csv inactive.csv --space space.toml", "momentum");
  refused("--csv outside.csv --space space.toml --rung 3", "--rung");
  refused("--csv outside.csv --space space.toml --study lab", "--study");
  refused("--csv empty.csv --space space.toml --percentile nan", "--percentile");
  refused("--csv empty.csv --space space.toml --seed -1", "--seed");
  folder_.write("twice.csv", "rate,units,kind,momentum,loss,loss\n0.1,32,adam,,1,2\n");
  refused("--csv twice.csv --space space.toml", "'loss' is there twice");
  const Ended none = crescendo("importance --csv empty.csv --space space.toml");
  EXPECT_EQ(none.status, 0);
  EXPECT_NE(none.out.find("none with a loss"), std::string::npos);
}

}  // namespace
}  // namespace crescendo::end_to_end
