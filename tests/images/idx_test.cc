#include <gtest/gtest.h>

#include <thread>

#include "crescendo/images.h"
#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;
using Names = std::vector<std::string>;

std::string opening_error(const TemporaryFolder& folder) {
  return error_of([&] { open_data_set(folder.path(), {}); });
}

std::size_t first_test_entry(const DataSet& data) {
  std::size_t index = 0;
  while (data.entries()[index].part != Part::kTest) ++index;
  return index;
}

TEST(Idx, SplitsTheTrainingFileAndTestsOnTheOther) {
  const TemporaryFolder folder;
  write_idx(folder, 100, 20, 10);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (Names{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
  EXPECT_EQ(counts_of(*data, Part::kTraining), std::vector<int>(10, 7));
  EXPECT_EQ(counts_of(*data, Part::kValidation), std::vector<int>(10, 3));
  EXPECT_EQ(counts_of(*data, Part::kTest), std::vector<int>(10, 2));
  EXPECT_EQ(data->median_shorter_side_px(), 4);
  EXPECT_FALSE(data->mostly_colour());
}

TEST(Idx, KeepsPicturesInTheOrderOfTheFiles) {
  const TemporaryFolder folder;
  write_idx(folder, 30, 6, 3);
  const auto data = open_data_set(folder.path(), {});
  ASSERT_EQ(data->entries().size(), 36u);
  for (int i = 0; i < 36; ++i) {
    const int place = i < 30 ? i : i - 30;
    EXPECT_EQ(data->entries()[i].label, place % 3);
    EXPECT_EQ(data->entries()[i].part == Part::kTest, i >= 30);
    const Picture picture = data->decode(i, 4, Fit::kCrop);
    EXPECT_EQ(picture.width_px, 5);
    EXPECT_EQ(picture.height_px, 4);
    EXPECT_EQ(picture.pixels, Bytes(20, static_cast<std::uint8_t>(place)));
  }
  EXPECT_EQ(data->entries()[31].name, "t10k-images-idx3-ubyte[1]");
}

TEST(Idx, ReadsEachFilePlainOrPackedWithEitherName) {
  const TemporaryFolder folder;
  const IdxPart training = idx_part(20, 2), test = idx_part(4, 2);
  folder.write("train-images.idx3-ubyte.gz", gzip(training.pictures));
  folder.write("train-labels.idx1-ubyte", training.labels);
  folder.write("t10k-images-idx3-ubyte", test.pictures);
  folder.write("t10k-labels-idx1-ubyte.gz", gzip(test.labels));
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->entries().size(), 24u);
  EXPECT_EQ(data->decode(5, 4, Fit::kCrop).pixels, Bytes(20, 5));
  EXPECT_EQ(data->decode(23, 4, Fit::kCrop).pixels, Bytes(20, 3));
}

TEST(Idx, TakesClassNamesFromAFile) {
  const TemporaryFolder folder;
  write_idx(folder, 20, 4, 2);
  folder.write("classes.txt", "T-shirt/top\r\nankle boot\r\n");
  EXPECT_EQ(open_data_set(folder.path(), {})->classes(), (Names{"T-shirt/top", "ankle boot"}));
}

TEST(Idx, NamesFileAndOffsetOfALabelWithoutAName) {
  const TemporaryFolder folder;
  write_idx(folder, 20, 4, 3);
  folder.write("classes.txt", "shirt\nboot\n");
  EXPECT_EQ(opening_error(folder),
            "bad input: 'train-labels-idx1-ubyte' has label 2 at byte 10, but classes.txt names only 2 classes");
}

TEST(Idx, MakesNoClassOfALabelThatNeverOccurs) {
  const TemporaryFolder folder;
  write_idx(folder, 20, 4, 2);
  Bytes labels = idx_part(20, 2).labels, test_labels = idx_part(4, 2).labels;
  for (std::size_t i = 8; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(labels[i] * 4 + 1);
  for (std::size_t i = 8; i < test_labels.size(); ++i)
    test_labels[i] = static_cast<std::uint8_t>(test_labels[i] * 4 + 1);
  folder.write("train-labels-idx1-ubyte", labels);
  folder.write("t10k-labels-idx1-ubyte", test_labels);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (Names{"1", "5"}));
  EXPECT_EQ(counts_of(*data, Part::kTest), (std::vector<int>{2, 2}));
}

TEST(Idx, HoldsAFifthOutWhereThereAreNoTestFiles) {
  const TemporaryFolder folder;
  const IdxPart training = idx_part(20, 2);
  folder.write("train-images-idx3-ubyte", training.pictures);
  folder.write("train-labels-idx1-ubyte", training.labels);
  EXPECT_EQ(counts_of(*open_data_set(folder.path(), {}), Part::kTest), (std::vector<int>{2, 2}));
}

TEST(Idx, NamesTheFileThatIsMissing) {
  for (const std::string name :
       {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"}) {
    const TemporaryFolder folder;
    write_idx(folder, 20, 4, 2);
    std::filesystem::remove(folder.path() / name);
    EXPECT_NE(opening_error(folder).find("has no " + name + "; it stands beside"), std::string::npos)
        << opening_error(folder);
  }
}

TEST(Idx, RefusesAsManyPicturesAsThereAreNotLabels) {
  const TemporaryFolder folder;
  write_idx(folder, 20, 4, 2);
  folder.write("train-labels-idx1-ubyte", idx_part(19, 2).labels);
  EXPECT_EQ(opening_error(folder),
            "bad input: 'train-images-idx3-ubyte' promises 20 pictures at byte 4, but there are 19 labels");
}

TEST(Idx, RefusesATestLabelThatNoTrainingPictureHas) {
  const TemporaryFolder folder;
  write_idx(folder, 20, 6, 2);
  folder.write("t10k-labels-idx1-ubyte", idx_part(6, 3).labels);
  EXPECT_EQ(opening_error(folder),
            "bad input: 't10k-labels-idx1-ubyte' has label 2 at byte 10, which no training picture has");
}

TEST(Idx, NamesFileAndOffsetOfCutPictures) {
  for (const bool packed : {false, true}) {
    const TemporaryFolder folder;
    write_idx(folder, 20, 4, 2);
    const Bytes cut = first(idx_part(20, 2).pictures, 300);
    folder.write("train-images-idx3-ubyte", packed ? gzip(cut) : cut);
    const auto data = open_data_set(folder.path(), {});
    for (int twice = 0; twice < 2; ++twice) {
      EXPECT_EQ(error_of([&] { data->decode(3, 4, Fit::kCrop); }),
                "bad input: 'train-images-idx3-ubyte' ends at byte 300; its header promises 416 bytes");
    }
  }
}

TEST(Idx, NeverOpensTheTestPicturesBeforeOneIsDecoded) {
  const TemporaryFolder folder;
  write_idx(folder, 20, 4, 2);
  folder.write("t10k-images-idx3-ubyte", "garbage");
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->decode(3, 4, Fit::kCrop).pixels, Bytes(20, 3));
  EXPECT_EQ(error_of([&] { data->decode(first_test_entry(*data), 4, Fit::kCrop); }),
            "bad input: 't10k-images-idx3-ubyte' has 0x67 at byte 0; an IDX file of bytes in 3 dimensions begins "
            "00 00 08 03");
}

TEST(Idx, DecodesInManyThreads) {
  const TemporaryFolder folder;
  write_idx(folder, 200, 4, 2);
  const auto data = open_data_set(folder.path(), {});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < 200; i += 4)
        EXPECT_EQ(data->decode(i, 4, Fit::kCrop).pixels, Bytes(20, static_cast<std::uint8_t>(i)));
    });
  }
}

TEST(Idx, ChangesItsFingerprintWithFilesNamesAndSplit) {
  const TemporaryFolder folder;
  write_idx(folder, 40, 4, 2);
  const auto fingerprint = [&](const DataOptions& options = {}) {
    return open_data_set(folder.path(), options)->fingerprint();
  };
  const std::uint64_t before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  EXPECT_NE(fingerprint({.seed = 1}), before);
  const auto file = folder.path() / "train-images-idx3-ubyte";
  const auto time = std::filesystem::last_write_time(file);
  std::filesystem::last_write_time(file, time + std::chrono::milliseconds(1));
  EXPECT_NE(fingerprint(), before);
  std::filesystem::last_write_time(file, time);
  folder.write("classes.txt", "a\nb\n");
  EXPECT_NE(fingerprint(), before);
}

}  // namespace
}  // namespace crescendo
