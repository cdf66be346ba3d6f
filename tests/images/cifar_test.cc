#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <thread>

#include "crescendo/images.h"
#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;
using Names = std::vector<std::string>;

constexpr std::size_t kRecord10 = 1 + 3072, kRecord100 = 2 + 3072;

std::string opening_error(const TemporaryFolder& folder) {
  return error_of([&] { open_data_set(folder.path(), {}); });
}

void overwrite_byte(const TemporaryFolder& folder, const std::string& name, std::size_t at, std::uint8_t value) {
  Bytes bytes = bytes_of_file(folder.path() / name);
  bytes.at(at) = value;
  folder.write(name, bytes);
}

TEST(Cifar, SplitsTheBatchesAndTestsOnTheTestBatch) {
  const TemporaryFolder folder;
  write_cifar10(folder, 100, 20, 10);
  const auto data = open_data_set(folder.path(), {});
  ASSERT_EQ(data->classes().size(), 10u);
  EXPECT_EQ(data->classes()[3], "class 3");
  EXPECT_EQ(counts_of(*data, Part::kTraining), std::vector<int>(10, 7));
  EXPECT_EQ(counts_of(*data, Part::kValidation), std::vector<int>(10, 3));
  EXPECT_EQ(counts_of(*data, Part::kTest), std::vector<int>(10, 2));
  EXPECT_EQ(data->median_shorter_side_px(), 32);
  EXPECT_TRUE(data->mostly_colour());
}

TEST(Cifar, MakesInterleavedPixelsOfThePlanes) {
  const TemporaryFolder folder;
  write_cifar10(folder, 30, 6, 3);
  const auto data = open_data_set(folder.path(), {});
  ASSERT_EQ(data->entries().size(), 36u);
  for (int i = 0; i < 36; ++i) {
    const int record = i < 30 ? i : i - 30;
    EXPECT_EQ(data->entries()[i].label, record % 3);
    EXPECT_EQ(data->entries()[i].part == Part::kTest, i >= 30);
    const Picture picture = data->decode(i, 32, Fit::kCrop), wanted = cifar_picture(record);
    EXPECT_EQ(picture.width_px, 32);
    EXPECT_EQ(picture.height_px, 32);
    EXPECT_EQ(picture.channels, 3);
    EXPECT_EQ(picture.pixels, wanted.pixels) << i;
  }
  EXPECT_EQ(data->entries()[13].name, "data_batch_3.bin[1]");
  EXPECT_EQ(data->entries()[35].name, "test_batch.bin[5]");
}

TEST(Cifar, GoesByTheFineLabelsOfCifar100) {
  const TemporaryFolder folder;
  write_cifar100(folder, 40, 8, 4);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (Names{"class 0", "class 1", "class 2", "class 3"}));
  ASSERT_EQ(data->entries().size(), 48u);
  for (int i = 0; i < 48; ++i) {
    const int record = i < 40 ? i : i - 40;
    EXPECT_EQ(data->entries()[i].label, record % 4);
    EXPECT_EQ(data->decode(i, 32, Fit::kCrop).pixels, cifar_picture(record).pixels);
  }
  EXPECT_EQ(data->entries()[47].name, "test.bin[7]");
}

TEST(Cifar, IsFoundInTheFolderThatItsArchiveMakes) {
  const TemporaryFolder ten, hundred;
  write_cifar10(ten, 30, 6, 3, "cifar-10-batches-bin/");
  write_cifar100(hundred, 30, 6, 3, "cifar-100-binary/");
  EXPECT_EQ(open_data_set(ten.path(), {})->entries()[0].name, "cifar-10-batches-bin/data_batch_1.bin[0]");
  EXPECT_EQ(open_data_set(ten.path() / "cifar-10-batches-bin", {})->entries()[0].name, "data_batch_1.bin[0]");
  EXPECT_EQ(open_data_set(hundred.path(), {})->entries()[0].name, "cifar-100-binary/train.bin[0]");
  EXPECT_EQ(open_data_set(hundred.path(), {})->decode(4, 32, Fit::kCrop).pixels, cifar_picture(4).pixels);
}

TEST(Cifar, DoesNotChooseBetweenTwoSets) {
  const TemporaryFolder folder;
  write_cifar10(folder, 30, 6, 3, "cifar-10-batches-bin/");
  write_cifar100(folder, 30, 6, 3, "cifar-100-binary/");
  EXPECT_EQ(opening_error(folder),
            "bad input: '" + folder.path().string() +
                "' holds files of cifar-10-batches-bin/data_batch_1.bin and of cifar-100-binary/train.bin; give the "
                "folder of one of them");
}

TEST(Cifar, LeavesFoldersPerClassAlone) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) write_class(folder, name, 5);
  folder.write("train.bin", "something else");
  EXPECT_EQ(open_data_set(folder.path(), {})->classes(), (Names{"a", "b"}));
}

TEST(Cifar, NamesTheFilesThatAreMissing) {
  const std::string lists[] = {
      "data_batch_1.bin, data_batch_2.bin, data_batch_3.bin, data_batch_4.bin, "
      "data_batch_5.bin, test_batch.bin, batches.meta.txt",
      "train.bin, test.bin, fine_label_names.txt"};
  const Names files[] = {{"data_batch_1.bin", "data_batch_4.bin", "test_batch.bin", "batches.meta.txt"},
                         {"train.bin", "test.bin", "fine_label_names.txt"}};
  for (const int hundred : {0, 1}) {
    for (const std::string& file : files[hundred]) {
      const TemporaryFolder folder;
      hundred ? write_cifar100(folder, 30, 6, 3) : write_cifar10(folder, 30, 6, 3);
      std::filesystem::remove(folder.path() / file);
      EXPECT_EQ(opening_error(folder), "bad input: '" + folder.path().string() + "' lacks " + file +
                                           "; the binary version of " + (hundred ? "CIFAR-100" : "CIFAR-10") + " is " +
                                           lists[hundred]);
    }
  }
}

TEST(Cifar, NamesAllFilesThatAreMissing) {
  const TemporaryFolder folder;
  write_cifar10(folder, 30, 6, 3, "cifar-10-batches-bin/");
  for (const char* file : {"data_batch_2.bin", "data_batch_5.bin", "test_batch.bin"}) {
    std::filesystem::remove(folder.path() / "cifar-10-batches-bin" / file);
  }
  EXPECT_NE(opening_error(folder).find("/cifar-10-batches-bin' lacks data_batch_2.bin, data_batch_5.bin, "
                                       "test_batch.bin; the binary version of CIFAR-10 is data_batch_1.bin, "),
            std::string::npos)
      << opening_error(folder);
}

TEST(Cifar, NamesFileAndOffsetOfACutFileWhenItIsOpened) {
  const TemporaryFolder folder;
  write_cifar10(folder, 50, 6, 3);
  std::filesystem::resize_file(folder.path() / "data_batch_4.bin", 3 * kRecord10 + 1000);
  EXPECT_EQ(opening_error(folder),
            "bad input: 'data_batch_4.bin' ends at byte 10219, before the end of record 3; a record of CIFAR-10 has "
            "3073 bytes, 1 of them before the pixels");
  std::filesystem::resize_file(folder.path() / "data_batch_4.bin", 0);
  EXPECT_NE(opening_error(folder).find("'data_batch_4.bin' ends at byte 0, before the end of record 0; "),
            std::string::npos);
}

TEST(Cifar, DoesNotTakeRecordsOfTheOtherSet) {
  const TemporaryFolder folder;
  write_cifar100(folder, 30, 6, 3);
  folder.write("test.bin", cifar_file(0, 6, 3));  // one label byte a record
  EXPECT_EQ(opening_error(folder),
            "bad input: 'test.bin' ends at byte 18438, before the end of record 5; a record of CIFAR-100 has 3074 "
            "bytes, 2 of them before the pixels");
}

TEST(Cifar, NamesFileAndOffsetOfALabelWithoutAName) {
  const TemporaryFolder folder;
  write_cifar10(folder, 30, 6, 3);
  overwrite_byte(folder, "data_batch_2.bin", 2 * kRecord10, 3);
  EXPECT_EQ(opening_error(folder),
            "bad input: 'data_batch_2.bin' has label 3 at byte 6146, but batches.meta.txt names only 3 classes");
  const TemporaryFolder hundred;
  write_cifar100(hundred, 30, 6, 3);
  overwrite_byte(hundred, "test.bin", kRecord100, 99);  // a coarse label, which is not used
  EXPECT_EQ(opening_error(hundred), "nothing");
  overwrite_byte(hundred, "test.bin", kRecord100 + 1, 99);
  EXPECT_EQ(opening_error(hundred),
            "bad input: 'test.bin' has label 99 at byte 3075, but fine_label_names.txt names only 3 classes");
}

TEST(Cifar, ReadsNamesWithWindowsLineEndsAndRefusesEmptyOnes) {
  const TemporaryFolder folder;
  write_cifar10(folder, 30, 6, 3);
  folder.write("batches.meta.txt", "plane\r\ncar\r\nbird\r\n\r\n");
  EXPECT_EQ(open_data_set(folder.path(), {})->classes(), (Names{"plane", "car", "bird"}));
  folder.write("batches.meta.txt", "plane\n\nbird\n");
  EXPECT_EQ(opening_error(folder), "bad input: 'batches.meta.txt' line 2 is empty; give one class name a line");
  folder.write("batches.meta.txt", "\n");
  EXPECT_EQ(opening_error(folder), "bad input: 'batches.meta.txt' line 1 is empty; give one class name a line");
}

TEST(Cifar, NamesFileAndOffsetOfAFileThatIsCutLater) {
  const TemporaryFolder folder;
  write_cifar10(folder, 30, 6, 3);
  const auto data = open_data_set(folder.path(), {});
  std::filesystem::resize_file(folder.path() / "test_batch.bin", 2 * kRecord10);
  EXPECT_EQ(data->decode(31, 32, Fit::kCrop).pixels, cifar_picture(1).pixels);
  EXPECT_EQ(error_of([&] { data->decode(34, 32, Fit::kCrop); }),
            "bad input: 'test_batch.bin' ends at byte 6146, before the end of record 4; a record of CIFAR-10 has 3073 "
            "bytes, 1 of them before the pixels");
}

TEST(Cifar, DecodesInManyThreads) {
  const TemporaryFolder folder;
  write_cifar10(folder, 100, 4, 2);
  const auto data = open_data_set(folder.path(), {});
  std::vector<std::jthread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = t; i < 100; i += 4) EXPECT_EQ(data->decode(i, 32, Fit::kCrop).pixels, cifar_picture(i).pixels);
    });
  }
}

TEST(Cifar, LoadsInColourAndInGrey) {
  const TemporaryFolder folder;
  write_cifar10(folder, 30, 6, 3);
  const auto data = open_data_set(folder.path(), {});
  const std::array test = {Part::kTest};
  const std::array sides_px = {32, 16};
  LoadReport report;
  const auto colour = load_images(*data, test, sides_px, 3, {}, report);
  EXPECT_TRUE(std::equal(colour[0].picture(2), colour[0].picture(3), cifar_picture(2).pixels.begin()));
  EXPECT_EQ(load_images(*data, test, sides_px, 1, {}, report)[1].picture_bytes(), 256u);
  EXPECT_TRUE(report.broken.empty());
}

TEST(Cifar, ChangesItsFingerprintWithFilesNamesAndSplit) {
  const TemporaryFolder folder;
  write_cifar10(folder, 50, 4, 2);
  const auto fingerprint = [&](const DataOptions& options = {}) {
    return open_data_set(folder.path(), options)->fingerprint();
  };
  const std::uint64_t before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  EXPECT_NE(fingerprint({.seed = 1}), before);
  EXPECT_NE(fingerprint({.share = 0.5}), before);
  const auto file = folder.path() / "data_batch_5.bin";
  const auto time = std::filesystem::last_write_time(file);
  std::filesystem::last_write_time(file, time + std::chrono::milliseconds(1));
  EXPECT_NE(fingerprint(), before);
  std::filesystem::last_write_time(file, time);
  EXPECT_EQ(fingerprint(), before);
  folder.write("batches.meta.txt", "a\nb\n");
  EXPECT_NE(fingerprint(), before);
}

}  // namespace
}  // namespace crescendo
