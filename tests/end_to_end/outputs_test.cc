#include <gtest/gtest.h>

#include "base/files.h"
#include "tests/end_to_end/program.h"

namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

class Outputs : public testing::Test {
 protected:
  Outputs() {
    make_pictures(folder_, "photos", 20);
    EXPECT_EQ(run("tune --data photos --sizes 8 --epochs 1 --trials 4 --jobs 1 --quiet --out a").status, 0);
  }
  Ended run(const std::string& arguments) { return crescendo(arguments, folder_.path()); }

  void expect_refused(const std::string& arguments, const std::string& sentence) {
    const Ended ended = run(arguments);
    EXPECT_EQ(ended.status, 2) << arguments;
    EXPECT_NE(ended.err.find(sentence), std::string::npos) << ended.err;
  }

  picture_maker::TemporaryFolder folder_;
  const std::string train_ = "train --point a/best.toml --data photos --epochs 1 ";
};

TEST_F(Outputs, OfAnotherStudyDoNotGoIntoAUsedFolder) {
  const std::string before = read_file(folder_.path() / "a/best.toml");
  expect_refused("tune --data photos --sizes 8 --epochs 1 --trials 2 --quiet --out a --name b",
                 "a holds the files of the study 'a', not of 'b'; choose another --out, or --name a");
  EXPECT_EQ(read_file(folder_.path() / "a/best.toml"), before);
}

TEST_F(Outputs, AreEachAFileOfItsOwn) {
  expect_refused(train_ + "--save x --onnx x", "--save and --onnx are the same file, x; give each its own");
  expect_refused(train_ + "--checkpoint c --save ./c", "--checkpoint and --save are the same file");
  expect_refused(train_ + "--save a/best.toml", "--point and --save are the same file");
  expect_refused("best --storage sqlite:///a/study.db --save a/study.db", "--storage and --save are the same file");
  EXPECT_EQ(run("trials --storage sqlite:///a/study.db").status, 0);
}

TEST_F(Outputs, ThatCannotBeWrittenAreRefusedBeforeAnyWork) {
  expect_refused(train_ + "--onnx photos", "--onnx: photos is a folder; a file is wanted");
  expect_refused(train_ + "--save /proc/x.bin", "--save: /proc/x.bin cannot be written");
  expect_refused(train_ + "--save ''", "must not be empty");
  EXPECT_EQ(run(train_ + "--save w.bin --onnx m.onnx").status, 0);
  EXPECT_TRUE(fs::exists(folder_.path() / "w.bin"));
  EXPECT_FALSE(fs::exists(folder_.path() / "w.bin.probe"));
}

TEST_F(Outputs, OfATrialThatIsNotThereAreRefusedForThatReason) {
  expect_refused("best --storage sqlite:///a/study.db --trial 99 --onnx m.onnx", "has no trial 99");
}

}  // namespace
}  // namespace crescendo::end_to_end
