#include "space/space_file.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

class SpaceFiles : public testing::Test {
 protected:
  ~SpaceFiles() override { fs::remove_all(folder_); }

  SpaceFile read(const std::string& name, const std::string& text) {
    make_writable_folder(folder_);
    write_file(folder_ / name, text);
    return read_space_file(folder_ / name);
  }

  // Without the name of the folder.
  std::string refusal(const std::string& name, const std::string& text) {
    try {
      read(name, text);
    } catch (const Error& error) {
      std::string sentence = error.what();
      const std::string folder = folder_.string() + "/";
      for (std::size_t at; (at = sentence.find(folder)) != std::string::npos;) sentence.erase(at, folder.size());
      return sentence;
    }
    return "accepted";
  }

  fs::path folder_ = fs::temp_directory_path() / testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(SpaceFiles, TheKindIsFoundByTheEndOfTheName) {
  EXPECT_EQ(read("a.toml", "[[parameter]]\nname = 'x'\ntype = 'int'\nlow = 1\nhigh = 3\n").space[0].name, "x");
  EXPECT_EQ(read("a.json", R"({"hyperparameters": [{"name": "x", "type": "constant", "value": 1}]})").space[0].name,
            "x");
  EXPECT_EQ(read("a.yaml", "parameters: {x: {value: 1}}").space[0].name, "x");
  EXPECT_EQ(read("a.yml", "parameters: {x: {value: 1}}").space[0].name, "x");
  EXPECT_EQ(
      refusal("a.txt", ""),
      "a.txt: a space is read from a file called .toml (parameters as in a study), .json (ConfigSpace) or .yaml (a "
      "sweep of W&B)");
}

TEST_F(SpaceFiles, OfAStudyOnlyTheSpaceAndWhatIsWantedAreTaken) {
  const SpaceFile file = read("study.toml",
                              "name = 's'\nmaximize = true\n[sampler]\nname = 'tpe'\n"
                              "[[parameter]]\nname = 'x'\ntype = 'int'\nlow = 1\nhigh = 3\n");
  EXPECT_EQ(file.space.size(), 1u);
  EXPECT_EQ(file.maximize, true);
  ASSERT_EQ(file.notes.size(), 1u);
  EXPECT_TRUE(file.notes[0].ends_with("study.toml, these are not used: name sampler")) << file.notes[0];
}

TEST_F(SpaceFiles, ConstraintsBelongToTheSpace) {
  const SpaceFile file =
      read("space.toml", "constraints = ['x < 3']\n[[parameter]]\nname = 'x'\ntype = 'int'\nlow = 1\nhigh = 3\n");
  EXPECT_EQ(file.space.constraints().size(), 1u);
  EXPECT_TRUE(file.notes.empty());
}

TEST_F(SpaceFiles, SaysWhatIsWrongWithTheFile) {
  EXPECT_EQ(refusal("a.toml", "name = 's'"), "a.toml: parameter is missing");
  EXPECT_NE(refusal("a.toml", "constraint = ['x < 3']\n[[parameter]]\nname = 'x'\ntype = 'int'\nlow = 1\nhigh = 3\n")
                .find("'constraint'"),
            std::string::npos);
  EXPECT_EQ(refusal("a.toml", "parameter = 3"), "a space must be a list of at least one parameter");
  EXPECT_EQ(refusal("a.json", std::string((1 << 20) + 1, ' ')), "a.json is larger than 1 MiB, which no space is");
  try {
    read_space_file(folder_ / "none.json");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
  }
}

}  // namespace
}  // namespace crescendo
