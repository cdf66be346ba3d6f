#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "crescendo/images.h"
#include "tests/images/picture_maker.h"
#include "tests/images/published_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

constexpr std::size_t kPictureBytes = 27'648;

std::string opening_error(const TemporaryFolder& folder, const DataOptions& options = {}) {
  return error_of([&] { open_data_set(folder.path(), options); });
}

TEST(Stl10, TrainsOnTheFirstFoldAndValidatesOnTheRest) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (std::vector<std::string>{"class 1", "class 2"}));
  ASSERT_EQ(data->entries().size(), 26u);
  for (int i = 0; i < 26; ++i) {
    const DataSet::Entry& entry = data->entries()[static_cast<std::size_t>(i)];
    EXPECT_EQ(entry.part, i < 8 ? Part::kTraining : i < 20 ? Part::kValidation : Part::kTest) << i;
    EXPECT_EQ(entry.label, (i < 20 ? i : i - 20) % 2);
  }
  EXPECT_EQ(data->entries()[13].name, "train_X.bin[13]");
  EXPECT_EQ(data->entries()[25].name, "test_X.bin[5]");
  EXPECT_EQ(data->median_shorter_side_px(), 96);
  EXPECT_TRUE(data->mostly_colour());
}

TEST(Stl10, TrainsOnAnotherFoldWhereThatIsAskedFor) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  const auto data = open_data_set(folder.path(), {.fold = 1});
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(data->entries()[i].part, i < 12 ? Part::kValidation : Part::kTraining) << i;
  }
  EXPECT_EQ(names_of(*data, Part::kTest), names_of(*open_data_set(folder.path(), {}), Part::kTest));
  EXPECT_NE(data->fingerprint(), open_data_set(folder.path(), {})->fingerprint());
  EXPECT_EQ(opening_error(folder, {.fold = 2}), "bad input: there is no fold 2; 'fold_indices.txt' has 0 to 1");
}

TEST(Stl10, MakesRowsOfTheColumns) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  const auto data = open_data_set(folder.path(), {});
  for (const int i : {0, 7, 19, 20, 25}) {
    const Picture picture = data->decode(static_cast<std::size_t>(i), 96, Fit::kCrop);
    EXPECT_EQ(picture.width_px, 96);
    EXPECT_EQ(picture.height_px, 96);
    EXPECT_EQ(picture.pixels, stl10_picture(i < 20 ? i : i - 20).pixels) << i;
  }
}

TEST(Stl10, DecodesInManyThreads) {
  const TemporaryFolder folder;
  write_stl10(folder, 40, 4, 2, 20);
  const auto data = open_data_set(folder.path(), {});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < 40; i += 4) {
        EXPECT_EQ(data->decode(static_cast<std::size_t>(i), 96, Fit::kCrop).pixels, stl10_picture(i).pixels);
      }
    });
  }
}

TEST(Stl10, LoadsInColourAndInGreyAtThePapersSides) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  const auto data = open_data_set(folder.path(), {});
  const Part test[] = {Part::kTest};
  const int sides_px[] = {32, 48, 96};
  LoadReport report;
  const auto colour = load_images(*data, test, sides_px, 3, {}, report);
  EXPECT_TRUE(std::equal(colour[2].picture(2), colour[2].picture(3), stl10_picture(2).pixels.begin()));
  EXPECT_EQ(load_images(*data, test, sides_px, 1, {}, report)[1].picture_bytes(), 48u * 48u);
  EXPECT_TRUE(report.broken.empty());
}

TEST(Stl10, IsFoundInTheFolderThatItsArchiveMakes) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8, "stl10_binary/");
  EXPECT_EQ(open_data_set(folder.path(), {})->entries()[0].name, "stl10_binary/train_X.bin[0]");
  EXPECT_EQ(open_data_set(folder.path(), {})->decode(4, 96, Fit::kCrop).pixels, stl10_picture(4).pixels);
  EXPECT_EQ(open_data_set(folder.path() / "stl10_binary", {})->entries()[0].name, "train_X.bin[0]");
}

constexpr const char* kOrigin =
    "STL-10 is at https://cs.stanford.edu/~acoates/stl10: unpack stl10_binary.tar.gz and give the folder stl10_binary";

TEST(Stl10, SaysWhereMissingFilesComeFrom) {
  for (const char* file :
       {"train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin", "class_names.txt", "fold_indices.txt"}) {
    const TemporaryFolder folder;
    write_stl10(folder, 20, 6, 2, 8);
    std::filesystem::remove(folder.path() / file);
    EXPECT_EQ(opening_error(folder), "bad input: '" + folder.path().string() + "' lacks " + file + "; " + kOrigin);
  }
  const TemporaryFolder packed;
  packed.write("stl10_binary.tar.gz", "the archive");
  EXPECT_EQ(opening_error(packed), "bad input: '" + packed.path().string() +
                                       "' lacks train_X.bin, train_y.bin, test_X.bin, test_y.bin, class_names.txt, "
                                       "fold_indices.txt; " +
                                       kOrigin);
  const auto nowhere = packed.path() / "STL10_binary";
  EXPECT_EQ(error_of([&] { open_data_set(nowhere, {}); }),
            "not found: there is no data folder '" + nowhere.string() + "'; " + kOrigin);
}

TEST(Stl10, LeavesFoldersPerClassAlone) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) write_class(folder, name, 5);
  folder.write("class_names.txt", "something else");
  EXPECT_EQ(open_data_set(folder.path(), {})->classes(), (std::vector<std::string>{"a", "b"}));
}

TEST(Stl10, NamesFileAndOffsetOfACutFileWhenItIsOpened) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  std::filesystem::resize_file(folder.path() / "test_X.bin", 5 * kPictureBytes + 1000);
  EXPECT_EQ(opening_error(folder),
            "bad input: 'test_X.bin' ends at byte 139240, before the end of picture 5; a picture of STL-10 has 27648 "
            "bytes");
  std::filesystem::resize_file(folder.path() / "test_X.bin", 5 * kPictureBytes);
  EXPECT_EQ(opening_error(folder),
            "bad input: 'test_y.bin' has 6 labels, but 'test_X.bin' has 5 pictures; each has one");
  std::filesystem::resize_file(folder.path() / "test_X.bin", 0);
  EXPECT_TRUE(opening_error(folder).starts_with("bad input: 'test_X.bin' ends at byte 0, ")) << opening_error(folder);
}

TEST(Stl10, NamesFileAndOffsetOfAFileThatIsCutLater) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  const auto data = open_data_set(folder.path(), {});
  std::filesystem::resize_file(folder.path() / "train_X.bin", 2 * kPictureBytes + 1);
  EXPECT_EQ(data->decode(1, 96, Fit::kCrop).pixels, stl10_picture(1).pixels);
  EXPECT_EQ(error_of([&] { data->decode(2, 96, Fit::kCrop); }),
            "bad input: 'train_X.bin' ends at byte 55297, before the end of picture 2; a picture of STL-10 has 27648 "
            "bytes");
}

TEST(Stl10, RefusesLabelsOutsideTheNamedClasses) {
  for (const int label : {0, 3}) {
    const TemporaryFolder folder;
    write_stl10(folder, 20, 6, 2, 8);
    Bytes labels = stl10_labels(20, 2);
    labels[17] = static_cast<std::uint8_t>(label);
    folder.write("train_y.bin", labels);
    EXPECT_EQ(opening_error(folder), "bad input: 'train_y.bin' has label " + std::to_string(label) +
                                         " at byte 17; the 2 classes of class_names.txt have labels 1 to 2");
  }
}

TEST(Stl10, RefusesFoldsThatNameNoPictureOrOneTwice) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  const std::pair<const char*, const char*> cases[] = {
      {"0 1 2 3\n4 20 5\n", "'fold_indices.txt' line 2 names picture '20'; the 20 training pictures are 0 to 19"},
      {"0 1 2 -3\n", "'fold_indices.txt' line 1 names picture '-3'; the 20 training pictures are 0 to 19"},
      {"0 1 2,3\n", "'fold_indices.txt' line 1 names picture '2,3'; the 20 training pictures are 0 to 19"},
      {"0 99999999999999999999\n",
       "'fold_indices.txt' line 1 names picture '99999999999999999999'; the 20 training pictures are 0 to 19"},
      {"0 1 2 1\n", "'fold_indices.txt' line 1 names picture 1 twice; a fold has a picture once"},
      {"0 1\n\n2 3\n", "'fold_indices.txt' line 2 is empty; a line names the pictures of a fold"},
      {" \n", "'fold_indices.txt' is empty; a line names the pictures of a fold"}};
  for (const auto& [text, sentence] : cases) {
    folder.write("fold_indices.txt", text);
    EXPECT_EQ(opening_error(folder), std::string("bad input: ") + sentence);
  }
  folder.write("fold_indices.txt", "0 1 2 3\r\n4 5\r\n\r\n");
  EXPECT_EQ(counts_of(*open_data_set(folder.path(), {.fold = 1}), Part::kTraining), (std::vector<int>{1, 1}));
}

TEST(Stl10, RefusesAFoldWithoutAClassAndOneOfAllPictures) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  folder.write("fold_indices.txt", "0 2 4\n");
  EXPECT_TRUE(opening_error(folder).starts_with("bad input: class 'class 2' of ")) << opening_error(folder);
  write_stl10(folder, 20, 6, 2, 20);
  EXPECT_NE(opening_error(folder).find("has no validation picture"), std::string::npos) << opening_error(folder);
}

TEST(Stl10, RemarksThatItIsNotTheWhole) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  EXPECT_EQ(open_data_set(folder.path(), {})->remark(),
            "not STL-10 as it was published: 20 pictures to search with instead of 5000, 6 to test on instead of 8000, "
            "2 classes instead of 10, 2 folds instead of 10, 8 pictures in the fold instead of 1000");
}

TEST(Stl10, ChangesItsFingerprintWithFilesAndOptions) {
  const TemporaryFolder folder;
  write_stl10(folder, 20, 6, 2, 8);
  const auto fingerprint = [&](const DataOptions& options = {}) {
    return open_data_set(folder.path(), options)->fingerprint();
  };
  const std::uint64_t before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  EXPECT_NE(fingerprint({.share = 0.5}), before);
  for (const char* name : {"train_X.bin", "train_y.bin", "test_X.bin", "class_names.txt", "fold_indices.txt"}) {
    const auto file = folder.path() / name;
    const auto time = std::filesystem::last_write_time(file);
    std::filesystem::last_write_time(file, time + std::chrono::milliseconds(1));
    EXPECT_NE(fingerprint(), before) << name;
    std::filesystem::last_write_time(file, time);
  }
  EXPECT_EQ(fingerprint(), before);
}

}  // namespace
}  // namespace crescendo
