// What every entry of the list of loaders promises. A new loader needs a line in kSamples.

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "images/datasets.h"
#include "tests/images/picture_maker.h"
#include "tests/images/published_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

constexpr int kClasses = 3, kTraining = 30, kTest = 6;

// A data set of three classes: 30 pictures to search with, at least 4 pixels a side, and 6 to test on. `spoil` makes
// garbage of a part's pictures; `cut` lets the training pictures end too early.
struct Sample {
  std::string_view loader;
  void (*write)(const TemporaryFolder& folder);
  void (*spoil)(const TemporaryFolder& folder, const DataSet& data, Part part);
  void (*cut)(const TemporaryFolder& folder, const DataSet& data);
  std::string_view where_cut;  // what a message about a cut file contains
  // Opening reads the labels of the test part, so a layout that keeps them in the file of the pictures opens that file.
  bool labels_among_pictures = false;
  // Opening compares the sizes of files, so it tells of garbage in the file of the test pictures without opening it.
  bool sizes_compared = false;
};

void write_folder_sample(const TemporaryFolder& folder) {
  std::string test;
  for (const std::string name : {"a", "b", "c"}) {
    write_class(folder, name, (kTraining + kTest) / kClasses, 10);
    for (const char* file : {"/03.png", "/07.png"}) test += name + file + "\n";
  }
  folder.write("test.txt", test);
}

void spoil_files(const TemporaryFolder& folder, const DataSet& data, Part part) {
  for (const std::string& name : names_of(data, part)) folder.write(name, "garbage");
}

void cut_files(const TemporaryFolder& folder, const DataSet& data) {
  for (const std::string& name : names_of(data, Part::kTraining)) {
    std::filesystem::resize_file(folder.path() / name, 50);
  }
}

void spoil_idx(const TemporaryFolder& folder, const DataSet&, Part part) {
  folder.write(part == Part::kTest ? "t10k-images-idx3-ubyte" : "train-images-idx3-ubyte", "garbage");
}

void cut_idx(const TemporaryFolder& folder, const DataSet&) {
  std::filesystem::resize_file(folder.path() / "train-images-idx3-ubyte", 200);
}

void spoil_cifar(const TemporaryFolder& folder, const DataSet&, Part part) {
  if (part == Part::kTest) return folder.write("test_batch.bin", "garbage");
  for (const char* batch : {"1", "2", "3", "4", "5"}) {
    folder.write(std::string("data_batch_") + batch + ".bin", "garbage");
  }
}

void cut_cifar(const TemporaryFolder& folder, const DataSet&) {
  for (const char* batch : {"1", "2", "3", "4", "5"}) {
    std::filesystem::resize_file(folder.path() / (std::string("data_batch_") + batch + ".bin"), 200);
  }
}

void spoil_stl10(const TemporaryFolder& folder, const DataSet&, Part part) {
  folder.write(part == Part::kTest ? "test_X.bin" : "train_X.bin", "garbage");
}

void cut_stl10(const TemporaryFolder& folder, const DataSet&) {
  std::filesystem::resize_file(folder.path() / "train_X.bin", 200);
}

// A person each picture.
void write_ckplus_sample(const TemporaryFolder& folder) {
  for (int i = 0; i < kTraining + kTest; ++i) write_sequence(folder, i + 1, 1, 1, i % kClasses + 1);
}

constexpr Sample kSamples[] = {
    {"folder", write_folder_sample, spoil_files, cut_files, "the file ends too early"},
    {"idx", [](const TemporaryFolder& folder) { write_idx(folder, kTraining, kTest, kClasses); }, spoil_idx, cut_idx,
     "ends at byte 200"},
    {"cifar", [](const TemporaryFolder& folder) { write_cifar10(folder, kTraining, kTest, kClasses); }, spoil_cifar,
     cut_cifar, "ends at byte 200", true},
    {"stl10", [](const TemporaryFolder& folder) { write_stl10(folder, kTraining, kTest, kClasses, 7 * kClasses); },
     spoil_stl10, cut_stl10, "ends at byte 200", false, true},
    {"flowers",
     [](const TemporaryFolder& folder) { write_flowers(folder, 7 * kClasses, 3 * kClasses, kTest, kClasses); },
     spoil_files, cut_files, "end of JPEG file"},
    {"ckplus", write_ckplus_sample, spoil_files, cut_files, "the file ends too early"},
};

class Loaders : public testing::TestWithParam<std::size_t> {
 protected:
  void SetUp() override {
    entry_ = kDataSets[GetParam()]();
    const auto found = std::find_if(std::begin(kSamples), std::end(kSamples),
                                    [&](const Sample& sample) { return sample.loader == entry_.name; });
    ASSERT_NE(found, std::end(kSamples)) << "give kSamples a data set for '" << entry_.name << "'";
    sample_ = *found;
    sample_.write(folder_);
  }

  std::unique_ptr<DataSet> open(const DataOptions& options = {}) const {
    return open_data_set(folder_.path(), options);
  }

  DataSetEntry entry_;
  Sample sample_{};
  TemporaryFolder folder_;
};

TEST_P(Loaders, AreDescribed) {
  EXPECT_FALSE(entry_.name.empty());
  EXPECT_FALSE(entry_.summary.empty());
  EXPECT_FALSE(entry_.source.empty());
}

TEST_P(Loaders, RecogniseTheirOwnLayoutAndNoEmptyFolder) {
  EXPECT_TRUE(entry_.recognises(folder_.path()));
  EXPECT_FALSE(entry_.recognises(TemporaryFolder().path()));
}

TEST_P(Loaders, AreChosenForTheirOwnLayout) {
  EXPECT_EQ(entry_.open(folder_.path(), {})->fingerprint(), open()->fingerprint());
}

TEST_P(Loaders, GiveClassesLabelsAndParts) {
  const auto data = open();
  EXPECT_EQ(data->classes().size(), static_cast<std::size_t>(kClasses));
  EXPECT_EQ(data->entries().size(), static_cast<std::size_t>(kTraining + kTest));
  EXPECT_EQ(counts_of(*data, Part::kTest), std::vector<int>(kClasses, kTest / kClasses));
  EXPECT_EQ(counts_of(*data, Part::kTraining), std::vector<int>(kClasses, 7));
  EXPECT_EQ(counts_of(*data, Part::kValidation), std::vector<int>(kClasses, 3));
  std::set<std::string> names;
  for (const DataSet::Entry& entry : data->entries()) EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
}

TEST_P(Loaders, GiveTheSameEntriesInTheSameOrderEachTime) {
  const auto a = open({.seed = 4}), b = open({.seed = 4});
  ASSERT_EQ(a->entries().size(), b->entries().size());
  for (std::size_t i = 0; i < a->entries().size(); ++i) {
    EXPECT_EQ(a->entries()[i].name, b->entries()[i].name);
    EXPECT_EQ(a->entries()[i].label, b->entries()[i].label);
    EXPECT_EQ(a->entries()[i].part, b->entries()[i].part);
  }
  EXPECT_EQ(a->fingerprint(), b->fingerprint());
}

TEST_P(Loaders, DecodePicturesOfTheShapeTheyPromise) {
  const auto data = open();
  for (std::size_t i = 0; i < data->entries().size(); ++i) {
    const Picture picture = data->decode(i, 4, Fit::kCrop);
    EXPECT_GE(std::min(picture.width_px, picture.height_px), 4);
    EXPECT_TRUE(picture.channels == 1 || picture.channels == 3);
    EXPECT_EQ(picture.pixels.size(), static_cast<std::size_t>(picture.width_px) * picture.height_px * picture.channels);
  }
  EXPECT_GE(data->median_shorter_side_px(), 4);
}

TEST_P(Loaders, KeepTheTestPartWhateverTheShare) {
  const auto all = open(), some = open({.share = 0.01});
  EXPECT_EQ(names_of(*some, Part::kTest), names_of(*all, Part::kTest));
  EXPECT_EQ(counts_of(*some, Part::kTraining), std::vector<int>(kClasses, 1));
  EXPECT_EQ(counts_of(*some, Part::kValidation), std::vector<int>(kClasses, 1));
}

TEST_P(Loaders, NeverOpenTestPicturesForTheOtherParts) {
  const OpenWatch watch;
  for (const std::string& name : names_of(*open(), Part::kTest))
    watch.add(folder_.path() / name.substr(0, name.find('[')));
  const auto data = open();
  EXPECT_EQ(watch.opened(), sample_.labels_among_pictures);
  const Part searched[] = {Part::kTraining, Part::kValidation}, test[] = {Part::kTest};
  const int side_px = 4;
  LoadReport report;
  load_images(*data, searched, std::span(&side_px, 1), 1, {}, report);
  EXPECT_FALSE(watch.opened());
  load_images(*data, test, std::span(&side_px, 1), 1, {}, report);
  EXPECT_TRUE(watch.opened());
}

TEST_P(Loaders, NeverNeedTestPicturesForTheOtherParts) {
  auto data = open();
  sample_.spoil(folder_, *data, Part::kTest);
  if (!sample_.labels_among_pictures && !sample_.sizes_compared) data = open();
  const Part searched[] = {Part::kTraining, Part::kValidation};
  const int side_px = 4;
  LoadReport report;
  const auto sets = load_images(*data, searched, std::span(&side_px, 1), 1, {.strict = true}, report);
  EXPECT_EQ(sets[0].size(), static_cast<std::size_t>(kTraining));
  const Part test[] = {Part::kTest};
  EXPECT_NE(error_of([&] { load_images(*data, test, std::span(&side_px, 1), 1, {}, report); }), "nothing");
}

TEST_P(Loaders, NeverNeedOtherPicturesForTheTestPart) {
  const auto data = open();
  for (const Part part : {Part::kTraining, Part::kValidation}) sample_.spoil(folder_, *data, part);
  const Part test[] = {Part::kTest};
  const int side_px = 4;
  LoadReport report;
  EXPECT_EQ(load_images(*data, test, std::span(&side_px, 1), 1, {}, report)[0].size(), static_cast<std::size_t>(kTest));
}

TEST_P(Loaders, NameFileAndPlaceOfACutFile) {
  const auto data = open();
  sample_.cut(folder_, *data);
  std::size_t index = 0;
  while (data->entries()[index].part != Part::kTraining) ++index;
  const std::string& name = data->entries()[index].name;
  const std::string sentence = error_of([&] { data->decode(index, 4, Fit::kCrop); });
  EXPECT_TRUE(sentence.starts_with("bad input: '" + name.substr(0, name.find('[')) + "' ")) << sentence;
  EXPECT_NE(sentence.find(sample_.where_cut), std::string::npos) << sentence;
}

INSTANTIATE_TEST_SUITE_P(All, Loaders, testing::Range(std::size_t{0}, kDataSets.size()),
                         [](const auto& which) { return std::string(kDataSets[which.param]().name); });

}  // namespace
}  // namespace crescendo
