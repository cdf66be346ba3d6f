#include "search/experiment.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crescendo/error.h"

namespace crescendo {
namespace {

constexpr std::string_view kFile = R"(
name = "small"
seeds = 2
retrain = 3
[objective.shirts]
data = "pictures/shirts"
patience = 2
[objective.tool]
name = "command"
run = "./tool {x}"
space = "tool.toml"
maximize = true
[ladder.sizes]
image_side = [8, 16]
epochs = 3
[ladder.steps]
step = [1, 9]
[schedule.plain]
name = "ramp"
repeats = 0
[[grid]]
objective = ["shirts"]
ladder = "sizes"
schedule = ["flat", "plain"]
sampler = ["random", "tpe"]
budget = { trials = 12 }
[[grid]]
objective = "tool"
ladder = "steps"
preset = "bohb"
seeds = [7]
budget = { fidelity = { step = 90 } }
)";

Experiment parse(std::string_view toml) { return parse_experiment(toml, "small.toml", "/lab"); }

std::string with(const std::string& before, const std::string& after) {
  std::string text(kFile);
  const auto at = text.find(before);
  EXPECT_NE(at, std::string::npos) << before;
  return text.replace(at, before.size(), after);
}

std::string refusal(const std::string& toml) {
  try {
    parse(toml);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kBadInput);
    return error.what();
  }
  return "";
}

TEST(Experiment, HasACellForEveryCombinationAndASeedAfterAnother) {
  const Experiment experiment = parse(kFile);
  std::vector<std::string> names;
  for (const ExperimentCell& cell : experiment.cells) names.push_back(cell.name());
  EXPECT_EQ(names, (std::vector<std::string>{
                       "shirts.sizes.flat.random.0", "shirts.sizes.flat.tpe.0", "shirts.sizes.plain.random.0",
                       "shirts.sizes.plain.tpe.0", "shirts.sizes.flat.random.1", "shirts.sizes.flat.tpe.1",
                       "shirts.sizes.plain.random.1", "shirts.sizes.plain.tpe.1", "tool.steps.hyperband.tpe.7"}));
  EXPECT_EQ(experiment.cells.front().budget.trials, 12);
  EXPECT_EQ(experiment.cells.back().budget.fidelity.at("step"), 90);
  EXPECT_EQ(experiment.retrain, 3);
}

TEST(Experiment, ANumberThatIsGivenOnceHoldsAtEveryRung) {
  const auto ladder = parse(kFile).ladders.at("sizes");
  EXPECT_EQ(ladder, (std::vector<Fidelity>{{"image_side", {8, 16}}, {"epochs", {3, 3}}}));
}

TEST(Experiment, ATableGivesAMemberOptionsUnderALabelOfItsOwn) {
  const Experiment experiment = parse(kFile);
  EXPECT_EQ(experiment.schedules.at("plain"), (Named{"ramp", {{"repeats", 0.0}}}));
  EXPECT_EQ(experiment.schedules.at("flat"), Named{"flat"});
}

TEST(Experiment, PathsAreRelativeToItsFileAndPicturesAreTheUsualObjective) {
  const Experiment experiment = parse(kFile);
  const ExperimentObjective& shirts = experiment.objectives.at("shirts");
  EXPECT_EQ(shirts.objective.name, "cnn");
  EXPECT_EQ(std::get<std::string>(shirts.objective.options.at("data")), "/lab/pictures/shirts");
  const ExperimentObjective& tool = experiment.objectives.at("tool");
  EXPECT_EQ(tool.space, "/lab/tool.toml");
  EXPECT_TRUE(tool.maximize);
  EXPECT_EQ(tool.objective.options.size(), 1u) << "the program's own: its line";
}

TEST(Experiment, RefusesWhatIsUnknownNamingWhatThereIs) {
  EXPECT_EQ(refusal(with("objective = \"tool\"", "objective = \"tol\"")),
            "small.toml: grid 2: no objective called 'tol'; there are: shirts tool");
  EXPECT_EQ(refusal(with("ladder = \"steps\"", "ladder = \"stairs\"")),
            "small.toml: grid 2: no ladder called 'stairs'; there are: sizes steps");
  EXPECT_NE(refusal(with("\"random\", \"tpe\"", "\"tpee\"")).find("no sampler called 'tpee'; there are:"),
            std::string::npos);
  EXPECT_NE(refusal(with("repeats = 0", "repeat = 0")).find("has no option called 'repeat'"), std::string::npos);
  EXPECT_NE(refusal(with("seeds = 2", "sedes = 2")).find("sedes"), std::string::npos);
  EXPECT_NE(refusal(with("preset = \"bohb\"", "preset = \"best\"")).find("no preset called 'best'"), std::string::npos);
}

TEST(Experiment, SaysWhatAGridLacksOrHasTooMuchOf) {
  EXPECT_EQ(refusal(with("preset = \"bohb\"", "preset = \"bohb\"\nschedule = \"flat\"")),
            "small.toml: grid 2: give preset, or schedule and sampler, not both");
  EXPECT_EQ(refusal(with("[\"flat\", \"plain\"]", "[]")), "small.toml: grid 1: schedule is an empty list");
  EXPECT_EQ(
      refusal(with("seeds = 2", "sedes = 2")),
      "small.toml has no field called 'sedes'; there are: name retrain seeds objective ladder schedule sampler grid");
}

TEST(Experiment, RefusesACellThatStandsInTwoGrids) {
  const std::string twice = std::string(kFile) + R"([[grid]]
objective = "shirts"
ladder = "sizes"
schedule = "flat"
sampler = "tpe"
seeds = [1]
budget = { trials = 5 }
)";
  EXPECT_EQ(refusal(twice), "small.toml: the cell shirts.sizes.flat.tpe.1 is in two grids; leave one out");
}

TEST(Experiment, RefusesSeedsThatAreNone) {
  for (const char* seeds : {"seeds = 0", "seeds = []", "seeds = -1", "seeds = [1.5]", "seeds = \"3\""}) {
    EXPECT_EQ(refusal(with("seeds = 2", seeds)), "small.toml: seeds must be a number of seeds or a list of them");
  }
}

}  // namespace
}  // namespace crescendo
