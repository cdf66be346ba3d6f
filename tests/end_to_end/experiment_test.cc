#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "tests/end_to_end/program.h"

namespace crescendo {
namespace {

using end_to_end::crescendo;
using picture_maker::TemporaryFolder;

constexpr std::string_view kFile = R"(
name = "tiny"
retrain = 2
[objective.stripes]
data = "pictures"
classes = 2
[ladder.sizes]
image_side = [8, 16]
epochs = 2
[schedule.flat]
repeats = 0
[schedule.ramp]
repeats = 0
[[grid]]
objective = "stripes"
ladder = "sizes"
schedule = ["flat", "ramp"]
sampler = "random"
budget = { trials = 6 }
)";

std::vector<Json> rows(const TemporaryFolder& folder) {
  std::ifstream in(folder.path() / "tiny-out" / "rows.jsonl");
  std::vector<Json> found;
  for (std::string line; std::getline(in, line);) found.push_back(parse_json(line, "rows.jsonl"));
  return found;
}

TEST(ExperimentCommand, LeavesARowForEachCellOnce) {
  TemporaryFolder folder;
  end_to_end::make_pictures(folder, "pictures", 20);
  folder.write("tiny.toml", kFile);
  const auto first = crescendo("experiment tiny.toml --note commit=abc --jobs 2", folder.path());
  ASSERT_EQ(first.status, 0) << first.err;
  const auto found = rows(folder);
  ASSERT_EQ(found.size(), 2u);
  for (const Json& row : found) {
    EXPECT_EQ(row.at("commit"), "abc");
    EXPECT_EQ(row.at("test_errors").size(), 2u);
    EXPECT_GT(row.at("cpu_seconds").get<double>(), 0);
    EXPECT_EQ(row.at("curve").back()[3], row.at("loss"));
    const auto trials = row.at("rungs").get<std::vector<int>>();
    EXPECT_EQ(trials, row.at("schedule") == "flat" ? (std::vector<int>{0, 6}) : (std::vector<int>{4, 2}));
  }
  const auto again = crescendo("experiment tiny.toml", folder.path());
  EXPECT_EQ(again.status, 0);
  EXPECT_EQ(rows(folder).size(), 2u);
  EXPECT_NE(again.out.find("test error"), std::string::npos) << "the table: " << again.out;
}

TEST(ExperimentCommand, OnlyRunsTheCellsThatAreAskedFor) {
  TemporaryFolder folder;
  end_to_end::make_pictures(folder, "pictures", 20);
  folder.write("tiny.toml", kFile);
  ASSERT_EQ(crescendo("experiment tiny.toml --only ramp", folder.path()).status, 0);
  ASSERT_EQ(rows(folder).size(), 1u);
  EXPECT_EQ(rows(folder).front().at("schedule"), "ramp");
  const auto list = crescendo("experiment tiny.toml --list", folder.path());
  EXPECT_NE(list.out.find("stripes.sizes.ramp.random.0  (has its row)"), std::string::npos) << list.out;
  EXPECT_NE(list.out.find("stripes.sizes.flat.random.0\n"), std::string::npos) << list.out;
}

TEST(ExperimentCommand, ARowOfOtherSettingsIsNotTakenForTheCells) {
  TemporaryFolder folder;
  end_to_end::make_pictures(folder, "pictures", 20);
  folder.write("tiny.toml", kFile);
  ASSERT_EQ(crescendo("experiment tiny.toml --only flat", folder.path()).status, 0);
  std::string longer(kFile);
  longer.replace(longer.find("trials = 6"), 10, "trials = 7");
  folder.write("tiny.toml", longer);
  const auto refused = crescendo("experiment tiny.toml", folder.path());
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("with other settings"), std::string::npos) << refused.err;
}

TEST(ExperimentCommand, FindsWhatIsWrongBeforeAnyCellRuns) {
  TemporaryFolder folder;
  end_to_end::make_pictures(folder, "pictures", 20);
  std::string file(kFile);
  file +=
      "[[grid]]\nobjective = \"stripes\"\nladder = \"huge\"\nschedule = \"flat\"\nsampler = \"random\"\n"
      "budget = { trials = 6 }\n[ladder.huge]\nimage_side = [8, 999]\nepochs = 2\n";
  folder.write("tiny.toml", file);
  const auto refused = crescendo("experiment tiny.toml", folder.path());
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("999 px is above"), std::string::npos) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "tiny-out")) << "nothing is left behind";
  EXPECT_EQ(crescendo("experiment tiny.toml --list", folder.path()).status, 2);
  const auto note = crescendo("experiment tiny.toml --note seed=3", folder.path());
  EXPECT_EQ(note.status, 2);
  EXPECT_NE(note.err.find("a row has a seed of its own"), std::string::npos) << note.err;
}

TEST(ExperimentCommand, ARowThatWasCutOffIsMadeAgain) {
  TemporaryFolder folder;
  end_to_end::make_pictures(folder, "pictures", 20);
  folder.write("tiny.toml", kFile);
  ASSERT_EQ(crescendo("experiment tiny.toml", folder.path()).status, 0);
  const std::string whole = read_file(folder.path() / "tiny-out" / "rows.jsonl");
  folder.write("tiny-out/rows.jsonl", whole.substr(0, whole.size() - 30));
  const auto again = crescendo("experiment tiny.toml", folder.path());
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(rows(folder).size(), 2u) << "from its study, which is whole";
  folder.write("tiny-out/rows.jsonl", "{}\n" + whole);
  const auto other = crescendo("experiment tiny.toml", folder.path());
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("rows.jsonl: line 1"), std::string::npos) << other.err;
}

TEST(ExperimentCommand, GoesOnWithAStudyOfAnEarlierVersionThatHadFewerOptions) {
  TemporaryFolder folder;
  end_to_end::make_pictures(folder, "pictures", 20);
  folder.write("tiny.toml", kFile);
  ASSERT_EQ(crescendo("experiment tiny.toml --only flat", folder.path()).status, 0);
  const std::string rows_file = "tiny-out/rows.jsonl", all = read_file(folder.path() / rows_file);
  const auto change = [&](const std::string& from, const std::string& to) {
    folder.write("change.sql",
                 "UPDATE crescendo_study SET definition = replace(definition, '" + from + "', '" + to + "');");
    const std::string database = (folder.path() / "tiny-out" / "study.db").string();
    const std::string script = (folder.path() / "change.sql").string();
    ASSERT_EQ(std::system(("sqlite3 '" + database + "' < '" + script + "'").c_str()), 0);
    folder.write(rows_file, "");
  };
  change("\"fold\":0,", "");
  const auto without = crescendo("experiment tiny.toml --only flat", folder.path());
  EXPECT_EQ(without.status, 0) << without.err;
  change("\"frames\":0,", "\"frames\":1,");
  const auto other = crescendo("experiment tiny.toml --only flat", folder.path());
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("frames is 1"), std::string::npos) << other.err;
}

TEST(ExperimentCommand, RefusesWhatItCannotRunWithOneSentence) {
  TemporaryFolder folder;
  folder.write("tiny.toml", kFile);
  const auto missing = crescendo("experiment tiny.toml", folder.path());
  EXPECT_EQ(missing.status, 2);
  EXPECT_NE(missing.err.find("there is no data folder"), std::string::npos) << missing.err;
  const auto none = crescendo("experiment tiny.toml --only smac", folder.path());
  EXPECT_EQ(none.status, 2);
  EXPECT_NE(none.err.find("--only leaves none"), std::string::npos) << none.err;
}

}  // namespace
}  // namespace crescendo
