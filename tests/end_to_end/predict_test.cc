#include <gtest/gtest.h>

#include "base/files.h"
#include "base/json.h"
#include "tests/end_to_end/program.h"

namespace crescendo::end_to_end {
namespace {

namespace fs = std::filesystem;

class Predict : public testing::Test {
 protected:
  Predict() {
    make_pictures(folder_, "photos", 20);
    std::string tested;
    for (const std::string kind : {"across", "blob", "down"}) {
      for (int i = 0; i < 7; ++i) tested += kind + "/" + std::to_string(i) + ".jpg\n";
    }
    write_file(path("photos/test.txt"), tested);
    write_file(path("point.toml"),
               "[point]\nlearning_rate = 0.01\nbatch_size = 4\nconv_layers = 1\nfilters_1 = 8\nfilter_size_1 = 3\n"
               "fc_layers = 0\nuse_l1 = false\nuse_l2 = false\n");
    trained_ = crescendo("train --point point.toml --data photos --size 10 --epochs 3 --save weights.bin --json");
    EXPECT_EQ(trained_.status, 0) << trained_.err;
  }

  Ended crescendo(const std::string& arguments) const { return end_to_end::crescendo(arguments, folder_.path()); }
  fs::path path(const std::string& name) const { return folder_.path() / name; }

  picture_maker::TemporaryFolder folder_;
  Ended trained_;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST_F(Predict, ItsAnswersAreThoseThatTrainJudged) {
  const Ended run = crescendo("predict weights.bin photos --json");
  ASSERT_EQ(run.status, 0) << run.err;
  int wrong = 0, tested = 0;
  const Json answers = parse_json(run.out, "the answers");
  ASSERT_EQ(answers.size(), 60u);
  for (const Json& answer : answers) {
    const fs::path picture = answer["picture"].get<std::string>();
    double sum = 0;
    for (const auto& [name, probability] : answer["probabilities"].items()) {
      sum += probability.get<double>();
      EXPECT_LE(probability, answer["probability"]);
    }
    EXPECT_NEAR(sum, 1, 1e-12);
    EXPECT_EQ(answer["probabilities"][answer["class"].get<std::string>()], answer["probability"]);
    if (std::stoi(picture.stem()) >= 7) continue;
    ++tested;
    wrong += answer["class"] != picture.parent_path().filename().string();
  }
  EXPECT_EQ(tested, 21);
  EXPECT_NEAR(wrong / 21.0, parse_json(trained_.out, "the training")["test_error"]["mean"].get<double>(), 1e-12);
}

TEST_F(Predict, PrintsOneAlignedLineAPictureInTheOrderOfTheirPaths) {
  const std::vector<std::string> lines = lines_of(crescendo("predict weights.bin photos").out);
  ASSERT_EQ(lines.size(), 60u);
  EXPECT_TRUE(lines[0].starts_with("photos/across/0.jpg   ")) << lines[0];
  EXPECT_TRUE(lines[1].starts_with("photos/across/1.jpg   ")) << lines[1];
  EXPECT_TRUE(lines[2].starts_with("photos/across/10.jpg  ")) << lines[2];
  EXPECT_TRUE(lines[59].starts_with("photos/down/9.jpg     ")) << lines[59];
  for (const std::string& line : lines)
    EXPECT_EQ(line.size(), std::string("photos/across/10.jpg  across  0.1234").size());
  const std::vector<std::string> all = lines_of(crescendo("predict --top 9 weights.bin photos").out);
  for (const char* name : {"  across  ", "  blob    ", "  down    "}) {
    EXPECT_NE(all[0].find(name), std::string::npos) << all[0];
  }
}

TEST_F(Predict, FilesAreTakenWhateverTheyAreCalled) {
  fs::copy(path("photos/blob/3.jpg"), path("a picture"));
  fs::create_directory(path("linked"));
  fs::create_directory_symlink(path("photos/down"), path("linked/folder"));
  const std::vector<std::string> lines =
      lines_of(crescendo("predict weights.bin 'a picture' photos/blob/3.jpg linked").out);
  ASSERT_EQ(lines.size(), 22u);
  EXPECT_EQ(lines[0].substr(lines[0].size() - 14), lines[1].substr(lines[1].size() - 14));
  EXPECT_TRUE(lines[2].starts_with("linked/folder/0.jpg "));
}

TEST_F(Predict, AnUnreadablePictureIsNamedAndTheOthersGoOn) {
  fs::create_directory(path("some"));
  for (const char* name : {"1.jpg", "3.jpg"}) fs::copy(path("photos/blob/3.jpg"), path("some") / name);
  write_file(path("some/2.png"), "no picture");
  const Ended run = crescendo("predict weights.bin some --json");
  EXPECT_EQ(run.status, 1);
  EXPECT_EQ(run.err, "crescendo: 'some/2.png' is neither a JPEG nor a PNG file; JPEG and PNG files are read\n");
  const Json answers = parse_json(run.out, "the answers");
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[1]["picture"], "some/3.jpg");
  fs::remove(path("some/1.jpg"));
  fs::remove(path("some/3.jpg"));
  EXPECT_EQ(parse_json(crescendo("predict weights.bin some --json").out, "no answer"), Json::array());
}

TEST_F(Predict, WhatCannotBeUsedIsBadInput) {
  fs::create_directory(path("empty"));
  const auto message = [&](const std::string& arguments) {
    const Ended run = crescendo(arguments);
    EXPECT_EQ(run.status, 2);
    EXPECT_EQ(run.out, "");
    return run.err;
  };
  EXPECT_EQ(message("predict weights.bin empty"), "crescendo: empty has no picture; JPEG and PNG files are read\n");
  EXPECT_EQ(message("predict weights.bin nowhere"), "crescendo: there is no file or folder nowhere\n");
  EXPECT_EQ(message("predict none.bin photos"), "crescendo: there is no file none.bin\n");
  EXPECT_EQ(
      message("predict point.toml photos"),
      "crescendo: point.toml is no trained network; weights.bin and the ONNX models of 'train --onnx' are read\n");
  message("predict weights.bin");
  message("predict weights.bin photos --top 0");
  message("predict weights.bin photos --top 2 --json");
}

TEST_F(Predict, TheNetworkTrainedOnAllPicturesIsTheOneExported) {
  const Ended run = crescendo(
      "train --point point.toml --data photos --size 10 --epochs 3 --final --save final.bin --onnx out/model.onnx "
      "--json");
  ASSERT_EQ(run.status, 0) << run.err;
  const std::string answers = crescendo("predict final.bin photos --json").out;
  EXPECT_EQ(crescendo("predict out/model.onnx photos --json").out, answers);
  EXPECT_NE(crescendo("predict weights.bin photos --json").out, answers);
}

TEST_F(Predict, BestWritesTheNetworkThatTheSearchKept) {
  ASSERT_EQ(crescendo("tune --data photos --sizes 8,10 --epochs 2 --trials 8 --jobs 1 --out study").status, 0);
  const Ended run = crescendo("best --storage sqlite:///study/study.db --onnx best.onnx --save best.bin --json");
  ASSERT_EQ(run.status, 0) << run.err;
  const std::string trial = parse_json(run.out, "the best")["best"]["trial"].dump();
  EXPECT_EQ(read_file(path("best.bin")), read_file(path("study/trials/" + trial + "/weights.bin")));
  const std::string answers = crescendo("predict best.onnx photos --json").out;
  EXPECT_EQ(crescendo("predict best.bin photos --json").out, answers);
  const Ended none = crescendo("best --storage sqlite:///study/study.db --trial 0 --onnx none.onnx");
  EXPECT_EQ(none.status, 2);
  EXPECT_TRUE(none.err.starts_with("crescendo: trial 0 has no weights (study/trials/0/weights.bin is not there)"))
      << none.err;
}

}  // namespace
}  // namespace crescendo::end_to_end
