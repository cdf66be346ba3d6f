#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "tests/end_to_end/program.h"
#include "tests/images/published_maker.h"

namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

// Data sets that are published in layouts of their own, made small.
class Published : public testing::Test {
 protected:
  Ended crescendo(const std::string& arguments) const { return end_to_end::crescendo(arguments, folder_.path()); }
  std::string error_of(const std::string& arguments) const {
    const Ended run = crescendo(arguments);
    EXPECT_EQ(run.status, 2) << run.out;
    return run.err;
  }
  bool holds(const std::string& file, const std::string& text) const {
    return read_file(folder_.path() / file).find(text) != std::string::npos;
  }

  picture_maker::TemporaryFolder folder_;
};

TEST_F(Published, Stl10IsSearchedAndTrainedOnTheFoldThatIsAskedFor) {
  picture_maker::write_stl10(folder_, 40, 10, 2, 20, "stl10/");
  const std::string search = "tune --data stl10 --sizes 8,16 --grey --epochs 2 --trials 3 --jobs 1 --out out";
  const Ended run = crescendo(search + " --fold 1");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("20 to train, 20 to validate, 10 to test; searched in grey\nnote:     not STL-10 as it was "
                         "published: 40 pictures to search with instead of 5000, "),
            std::string::npos)
      << run.out;
  EXPECT_NE(run.out.find("\nfold:     1, counted from 0\n"), std::string::npos) << run.out;
  EXPECT_TRUE(holds("out/study.toml", "\nfold = 1\n"));
  EXPECT_NE(error_of(search).find("fold"), std::string::npos);  // it goes on with no other
  EXPECT_EQ(crescendo("tune --study-file out/study.toml --trials 1 --out again").status, 0);

  for (const std::string fold : {"0", "1"}) {
    const Ended trained = crescendo("train --point out/best.toml --data stl10 --fold " + fold + " --size 8 --json");
    ASSERT_EQ(trained.status, 0) << trained.err;
    EXPECT_TRUE(parse_json(trained.out, "train").at("test_error").at("mean").is_number());
    EXPECT_TRUE(trained.err.starts_with("note:     not STL-10 as it was published: ")) << trained.err;
  }
  EXPECT_EQ(error_of("train --point out/best.toml --data stl10 --fold 2 --size 8"),
            "crescendo: there is no fold 2; 'fold_indices.txt' has 0 to 1\n");
}

TEST_F(Published, AnExperimentNamesAFold) {
  picture_maker::write_stl10(folder_, 40, 10, 2, 20, "stl10/");
  folder_.write("folds.toml", R"(name = "folds"
[objective.last]
data = "stl10"
channels = 1
fold = 1
[objective.none]
data = "stl10"
channels = 1
fold = 7
[ladder.sizes]
image_side = [8, 16]
epochs = 1
[[grid]]
objective = ["last", "none"]
ladder = "sizes"
schedule = "ramp"
sampler = "random"
budget = { trials = 2 }
)");
  EXPECT_EQ(crescendo("experiment folds.toml --only last").status, 0);
  EXPECT_NE(error_of("experiment folds.toml --only none").find("there is no fold 7; 'fold_indices.txt' has 0 to 1"),
            std::string::npos);
}

TEST_F(Published, FlowersIsSearchedAndItsClassesAreNamed) {
  picture_maker::write_flowers(folder_, 12, 8, 8, 2);
  folder_.write("classes.txt", "pink primrose\ncanterbury bells\n");
  const Ended run = crescendo("tune --data . --sizes 8 --epochs 2 --trials 2 --jobs 1 --out out");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("pictures: 2 classes, 12 to train, 8 to validate, 8 to test; searched in colour\n"),
            std::string::npos)
      << run.out;
  ASSERT_EQ(crescendo("train --point out/best.toml --data . --size 8 --save weights.bin").status, 0);
  const Ended answer = crescendo("predict weights.bin jpg/image_00028.jpg --json");
  EXPECT_NE(answer.out.find("canterbury bells"), std::string::npos) << answer.out << answer.err;
}

TEST_F(Published, CkPlusIsSearchedOnAsManyFramesAsAreAskedFor) {
  for (int person = 1; person <= 12; ++person) {
    picture_maker::write_sequence(folder_, person, 1, 6, 5);
    picture_maker::write_sequence(folder_, person, 2, 6, 7);
  }
  const std::string search = "tune --data . --sizes 8 --epochs 2 --trials 2 --jobs 1 --out out";
  const Ended planned = crescendo(search + " --dry-run");
  EXPECT_NE(planned.out.find("pictures: 2 classes, 42 to train, 18 to validate, 12 to test; searched in grey\n"),
            std::string::npos)
      << planned.out;
  const Ended run = crescendo(search + " --frames 1");
  ASSERT_EQ(run.status, 0) << run.err;
  EXPECT_NE(run.out.find("pictures: 2 classes, 14 to train, 6 to validate, 4 to test; "), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("\nframes:   the last 1 of each sequence\n"), std::string::npos) << run.out;
  EXPECT_TRUE(holds("out/study.toml", "\nframes = 1\n"));
  EXPECT_EQ(crescendo("train --point out/best.toml --data . --frames 2 --size 8").status, 0);
}

TEST_F(Published, FoldsAndFramesAreRefusedWhereThereAreNone) {
  make_pictures(folder_, "photos", 10);
  EXPECT_EQ(error_of("tune --data photos --fold 1 --trials 3"),
            "crescendo: fold is 1, but 'photos' is laid out as folder, which has no folds; fold is for: stl10\n");
  EXPECT_EQ(error_of("tune --data photos --frames 3 --trials 3"),
            "crescendo: frames is 3, but 'photos' is laid out as folder, which has no frames; frames is for: ckplus\n");
  EXPECT_NE(error_of("tune --command 'echo 1' --fold 1 --trials 3").find("--fold"), std::string::npos);
  EXPECT_NE(error_of("tune --data photos --fold -1 --trials 3").find("--fold"), std::string::npos);
}

TEST_F(Published, WhatIsMissingIsNamedWithWhereItComesFrom) {
  folder_.write("stl10/stl10_binary.tar.gz", "the archive");
  folder_.write("flowers/setid.mat", "garbage");
  fs::create_directories(folder_.path() / "faces/cohn-kanade-images");
  EXPECT_NE(error_of("tune --data stl10").find("unpack stl10_binary.tar.gz"), std::string::npos);
  EXPECT_NE(error_of("tune --data flowers").find("lacks imagelabels.mat, jpg; 102 Flowers is at https://"),
            std::string::npos);
  EXPECT_NE(error_of("tune --data faces").find("lacks Emotion; CK+ is given on request"), std::string::npos);
}

}  // namespace
}  // namespace crescendo::end_to_end
