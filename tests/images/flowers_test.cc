#include <gtest/gtest.h>

#include "crescendo/images.h"
#include "tests/images/picture_maker.h"
#include "tests/images/published_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;
using Names = std::vector<std::string>;

std::string opening_error(const TemporaryFolder& folder) {
  return error_of([&] { open_data_set(folder.path(), {}); });
}

void write_lists(const TemporaryFolder& folder, const std::vector<double>& training,
                 const std::vector<double>& validation, const std::vector<double>& test) {
  folder.write("setid.mat",
               mat_file({mat_row("trnid", training), mat_row("valid", validation), mat_row("tstid", test)}));
}

TEST(Flowers, TakesThePartsOfItsLists) {
  const TemporaryFolder folder;
  write_flowers(folder, 6, 4, 8, 2);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (Names{"1", "2"}));
  ASSERT_EQ(data->entries().size(), 18u);
  for (int i = 1; i <= 18; ++i) {
    const DataSet::Entry& entry = data->entries()[static_cast<std::size_t>(i) - 1];
    EXPECT_EQ(entry.name, fmt::format("jpg/image_{:05}.jpg", i));
    EXPECT_EQ(entry.label, (i - 1) % 2);
    EXPECT_EQ(entry.part, i <= 6 ? Part::kTraining : i <= 10 ? Part::kValidation : Part::kTest);
    EXPECT_NEAR(value_at(data->decode(static_cast<std::size_t>(i) - 1, 10, Fit::kCrop), 3, 3), 5 * i, 2);
  }
  EXPECT_EQ(data->median_shorter_side_px(), 10);
  EXPECT_TRUE(data->mostly_colour());
}

TEST(Flowers, GoesByTheNumbersNotByTheOrderOfTheLists) {
  const TemporaryFolder folder;
  write_flowers(folder, 6, 4, 8, 2);
  write_lists(folder, {18, 3}, {5, 2}, {1, 4});
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(names_of(*data, Part::kTraining), (Names{"jpg/image_00003.jpg", "jpg/image_00018.jpg"}));
  EXPECT_EQ(names_of(*data, Part::kValidation), (Names{"jpg/image_00002.jpg", "jpg/image_00005.jpg"}));
  EXPECT_EQ(names_of(*data, Part::kTest), (Names{"jpg/image_00001.jpg", "jpg/image_00004.jpg"}));
}

TEST(Flowers, TakesClassNamesFromAFile) {
  const TemporaryFolder folder;
  write_flowers(folder, 6, 4, 8, 2);
  folder.write("classes.txt", "pink primrose\nhard-leaved pocket orchid\n");
  EXPECT_EQ(open_data_set(folder.path(), {})->classes(), (Names{"pink primrose", "hard-leaved pocket orchid"}));
  folder.write("classes.txt", "pink primrose\n");
  EXPECT_EQ(opening_error(folder), "bad input: 'imagelabels.mat' has label 2, but classes.txt names only 1 classes");
}

constexpr const char* kOrigin =
    "102 Flowers is at https://www.robots.ox.ac.uk/~vgg/data/flowers/102: put imagelabels.mat and setid.mat into one "
    "folder, unpack 102flowers.tgz there, which makes jpg, and give that folder";

TEST(Flowers, SaysWhereMissingFilesComeFrom) {
  for (const char* file : {"imagelabels.mat", "setid.mat", "jpg"}) {
    const TemporaryFolder folder;
    write_flowers(folder, 6, 4, 8, 2);
    std::filesystem::remove_all(folder.path() / file);
    EXPECT_EQ(opening_error(folder), "bad input: '" + folder.path().string() + "' lacks " + file + "; " + kOrigin);
  }
  const TemporaryFolder packed;
  packed.write("102flowers.tgz", "the archive");
  EXPECT_EQ(opening_error(packed),
            "bad input: '" + packed.path().string() + "' lacks imagelabels.mat, setid.mat, jpg; " + kOrigin);
}

TEST(Flowers, NamesThePicturesThatAreMissing) {
  const TemporaryFolder folder;
  write_flowers(folder, 6, 4, 8, 2);
  std::filesystem::remove(folder.path() / "jpg/image_00007.jpg");
  const std::string start = "bad input: '" + folder.path().string() + "' lacks jpg/image_00007.jpg";
  EXPECT_EQ(opening_error(folder), start + ", which setid.mat names; unpack 102flowers.tgz there");
  std::filesystem::remove(folder.path() / "jpg/image_00018.jpg");
  EXPECT_EQ(opening_error(folder), start + " and 1 more pictures, which setid.mat names; unpack 102flowers.tgz there");
  write_lists(folder, {1, 2}, {3, 4}, {5, 6});
  EXPECT_EQ(opening_error(folder), "nothing");  // what no list names is not needed
}

TEST(Flowers, RefusesListsThatNameNoPictureOrOneTwice) {
  const TemporaryFolder folder;
  write_flowers(folder, 6, 4, 8, 2);
  write_lists(folder, {1, 2}, {3, 4, 19}, {5, 6});
  EXPECT_EQ(opening_error(folder),
            "bad input: 'setid.mat' has 19 in valid, number 3; whole numbers from 1 to 18 are possible");
  write_lists(folder, {0, 2}, {3, 4}, {5, 6});
  EXPECT_EQ(opening_error(folder),
            "bad input: 'setid.mat' has 0 in trnid, number 1; whole numbers from 1 to 18 are possible");
  write_lists(folder, {1, 2}, {3, 4}, {5, 2});
  EXPECT_EQ(opening_error(folder),
            "bad input: 'setid.mat' names picture 2 in trnid and in tstid; a picture belongs to one list, once");
  folder.write("setid.mat", mat_file({mat_row("trnid", {1, 2}), mat_row("tstid", {3})}));
  EXPECT_EQ(opening_error(folder),
            "bad input: 'setid.mat' has no array of numbers called valid; there are: trnid tstid");
  write_lists(folder, {1, 2}, {}, {5, 6});
  EXPECT_EQ(opening_error(folder), "bad input: 'setid.mat' has no number in valid; it needs at least one");
}

TEST(Flowers, RefusesLabelsThatAreNone) {
  const TemporaryFolder folder;
  write_flowers(folder, 6, 4, 8, 2);
  folder.write("imagelabels.mat", mat_file({mat_array("labels", {1, 3}, {1, 1.5, 2}, {.stored = 9})}));
  EXPECT_EQ(opening_error(folder),
            "bad input: 'imagelabels.mat' has 1.5 in labels, number 2; whole numbers from 1 to 99999 are possible");
  folder.write("imagelabels.mat", "garbage");
  EXPECT_TRUE(opening_error(folder).starts_with("bad input: 'imagelabels.mat' does not begin as a MAT-file"));
  std::vector<double> labels(18, 1);
  labels[17] = 7;  // of a test picture alone
  folder.write("imagelabels.mat", mat_file({mat_row("labels", labels)}));
  EXPECT_TRUE(opening_error(folder).starts_with("bad input: class '7' of ")) << opening_error(folder);
}

TEST(Flowers, RemarksThatItIsNotTheWhole) {
  const TemporaryFolder folder;
  write_flowers(folder, 6, 4, 8, 2);
  EXPECT_EQ(open_data_set(folder.path(), {})->remark(),
            "not 102 Flowers as it was published: 18 labels instead of 8189, 2 classes instead of 102, 6 pictures in "
            "trnid instead of 1020, 4 pictures in valid instead of 1020, 8 pictures in tstid instead of 6149");
}

TEST(Flowers, ChangesItsFingerprintWithPicturesAndLists) {
  const TemporaryFolder folder;
  write_flowers(folder, 6, 4, 8, 2);
  const auto fingerprint = [&] { return open_data_set(folder.path(), {})->fingerprint(); };
  const std::uint64_t before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  for (const char* name : {"imagelabels.mat", "setid.mat", "jpg/image_00017.jpg"}) {
    const auto file = folder.path() / name;
    const auto time = std::filesystem::last_write_time(file);
    std::filesystem::last_write_time(file, time + std::chrono::milliseconds(1));
    EXPECT_NE(fingerprint(), before) << name;
    std::filesystem::last_write_time(file, time);
  }
}

}  // namespace
}  // namespace crescendo
