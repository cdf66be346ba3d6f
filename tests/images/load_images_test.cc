#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <map>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>

#include "crescendo/images.h"
#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

constexpr Part kSearched[] = {Part::kTraining, Part::kValidation};
constexpr Part kTestOnly[] = {Part::kTest};

// A data set in memory that says what was asked of it. Picture i is 12 x 10, grey, all its pixels being i; one in five
// is a test picture, one in five (the next) for validation. Labels alternate between two classes.
class FakeDataSet final : public DataSet {
 public:
  explicit FakeDataSet(int count) {
    classes_ = {"even", "odd"};
    for (int i = 0; i < count; ++i) {
      const Part part = i % 5 == 0 ? Part::kTest : i % 5 == 1 ? Part::kValidation : Part::kTraining;
      entries_.push_back({"p" + std::to_string(i), i % 2, part});
    }
    fingerprint_ = 77;
  }

  Picture decode(std::size_t index, int wanted_side_px, Fit fit) const override {
    {
      const std::lock_guard lock(mutex_);
      decoded_.push_back(index);
      wanted_side_px_ = wanted_side_px;
      fit_ = fit;
    }
    const auto own = delays.find(index);
    std::this_thread::sleep_for(own != delays.end() ? own->second : delay);
    if (broken.contains(index)) bad_input(entries_[index].name + " is broken");
    if (gone.contains(index)) unavailable(entries_[index].name + " cannot be read");
    const int side_px = small.contains(index) ? 6 : 10;
    return plain(side_px + 2, side_px, 1, static_cast<int>(index));
  }

  std::vector<std::size_t> take_decoded() {
    std::vector<std::size_t> decoded;
    decoded.swap(decoded_);
    std::sort(decoded.begin(), decoded.end());
    return decoded;
  }
  int wanted_side_px() const { return wanted_side_px_; }
  Fit fit() const { return fit_; }
  void change_fingerprint() { ++fingerprint_; }

  std::set<std::size_t> broken, gone, small;
  std::chrono::milliseconds delay{0};
  std::map<std::size_t, std::chrono::milliseconds> delays;

 private:
  mutable std::mutex mutex_;
  mutable std::vector<std::size_t> decoded_;
  mutable int wanted_side_px_ = 0;
  mutable Fit fit_ = Fit::kCrop;
};

std::vector<std::size_t> wanted_entries(const DataSet& data, std::span<const Part> parts) {
  std::vector<std::size_t> wanted;
  for (std::size_t i = 0; i < data.entries().size(); ++i) {
    if (std::find(parts.begin(), parts.end(), data.entries()[i].part) != parts.end()) wanted.push_back(i);
  }
  return wanted;
}

std::vector<ImageSet> load(const DataSet& data, std::vector<int> sides_px, const LoadOptions& options = {},
                           std::span<const Part> parts = kSearched, LoadReport* report = nullptr, int channels = 1) {
  LoadReport unused;
  return load_images(data, parts, sides_px, channels, options, report != nullptr ? *report : unused);
}

void expect_same(const std::vector<ImageSet>& a, const std::vector<ImageSet>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].side_px, b[i].side_px);
    EXPECT_EQ(a[i].channels, b[i].channels);
    EXPECT_EQ(a[i].classes, b[i].classes);
    EXPECT_EQ(a[i].pixels, b[i].pixels);
    EXPECT_EQ(a[i].labels, b[i].labels);
    EXPECT_EQ(a[i].parts, b[i].parts);
    EXPECT_EQ(a[i].normalisation.mean, b[i].normalisation.mean);
    EXPECT_EQ(a[i].normalisation.scale, b[i].normalisation.scale);
    EXPECT_EQ(a[i].enlarged, b[i].enlarged);
    EXPECT_EQ(a[i].fit, b[i].fit);
  }
}

TEST(LoadImages, MakesASetASideInTheOrderOfTheEntries) {
  FakeDataSet data(100);
  const auto wanted = wanted_entries(data, kSearched);
  const auto sets = load(data, {8, 3, 10}, {.threads = 3});
  ASSERT_EQ(sets.size(), 3u);
  for (const ImageSet& set : sets) {
    ASSERT_EQ(set.size(), wanted.size());
    ASSERT_EQ(set.pixels.size(), wanted.size() * set.picture_bytes());
    EXPECT_EQ(set.classes, data.classes());
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const Bytes pixels(set.picture(i), set.picture(i) + set.picture_bytes());
      EXPECT_EQ(pixels, Bytes(set.picture_bytes(), static_cast<std::uint8_t>(wanted[i])));
      EXPECT_EQ(set.labels[i], data.entries()[wanted[i]].label);
      EXPECT_EQ(set.parts[i], data.entries()[wanted[i]].part);
    }
  }
  EXPECT_EQ(sets[0].side_px, 8);
  EXPECT_EQ(sets[1].side_px, 3);
  EXPECT_EQ(sets[2].side_px, 10);
}

TEST(LoadImages, DecodesEachWantedPictureOnce) {
  FakeDataSet data(100);
  load(data, {8, 3, 10}, {.threads = 4});
  EXPECT_EQ(data.take_decoded(), wanted_entries(data, kSearched));
}

TEST(LoadImages, NeverReadsTheTestPartForTheOthers) {
  FakeDataSet data(50);
  load(data, {8});
  for (const std::size_t index : data.take_decoded()) EXPECT_NE(data.entries()[index].part, Part::kTest);
}

TEST(LoadImages, LoadsTheTestPartLater) {
  FakeDataSet data(50);
  const auto sets = load(data, {8}, {}, kTestOnly);
  EXPECT_EQ(data.take_decoded(), wanted_entries(data, kTestOnly));
  EXPECT_EQ(sets[0].size(), 10u);
  EXPECT_EQ(sets[0].indices(Part::kTest).size(), 10u);
  EXPECT_EQ(sets[0].normalisation.mean, Normalisation().mean);
  EXPECT_EQ(sets[0].normalisation.scale, Normalisation().scale);
}

TEST(LoadImages, GivesTheSameWhateverTheNumberOfThreads) {
  const FakeDataSet data(200);
  const auto once = load(data, {8, 4}, {.threads = 1});
  expect_same(load(data, {8, 4}, {.threads = 7}), once);
}

TEST(LoadImages, AsksForTheSameDecodingForAllSmallSides) {
  // Otherwise the pixels of a side would depend on which others are loaded with it.
  FakeDataSet data(10);
  for (const std::vector<int>& sides_px : {std::vector<int>{4}, std::vector<int>{64, 4}, std::vector<int>{256}}) {
    load(data, sides_px);
    EXPECT_EQ(data.wanted_side_px(), 256);
  }
  load(data, {300, 8});
  EXPECT_EQ(data.wanted_side_px(), 300);
}

TEST(LoadImages, FindsTheIndicesOfAPart) {
  FakeDataSet data(10);
  const ImageSet set = std::move(load(data, {8})[0]);  // entries 1 2 3 4 6 7 8 9
  EXPECT_EQ(set.indices(Part::kValidation), (std::vector<int>{0, 4}));
  EXPECT_EQ(set.indices(Part::kTraining), (std::vector<int>{1, 2, 3, 5, 6, 7}));
  EXPECT_TRUE(set.indices(Part::kTest).empty());
}

TEST(LoadImages, SkipsBrokenPicturesAndSaysWhy) {
  FakeDataSet data(20);
  data.broken = {3, 4, 17};
  LoadReport report;
  const auto sets = load(data, {4, 2}, {.threads = 3}, kSearched, &report);
  EXPECT_EQ(report.broken, (std::vector<std::string>{"p3 is broken", "p4 is broken", "p17 is broken"}));
  for (const ImageSet& set : sets) {
    ASSERT_EQ(set.size(), 13u);
    EXPECT_EQ(set.indices(Part::kValidation), (std::vector<int>{0, 2, 6, 10}));  // 1 6 11 16
    EXPECT_EQ(set.parts.size(), 13u);
    EXPECT_EQ(set.pixels.size(), 13 * set.picture_bytes());
    EXPECT_EQ(set.picture(2)[0], 6);  // entries 1 2 6 7 ...
    EXPECT_EQ(set.picture(12)[0], 19);
    EXPECT_EQ(set.entries, (std::vector<int>{1, 2, 6, 7, 8, 9, 11, 12, 13, 14, 16, 18, 19}));
    EXPECT_EQ(set.labels[12], 1);
  }
}

TEST(LoadImages, StopsAtTheFirstBrokenPictureIfStrict) {
  FakeDataSet data(200);
  data.broken = {62, 63, 64, 150};
  // Whichever of those that are decoded at the same time fails first or last.
  using std::chrono::milliseconds;
  const std::map<std::size_t, milliseconds> orders[] = {{{62, milliseconds(40)}},
                                                        {{62, milliseconds(20)}, {64, milliseconds(60)}}};
  for (const auto& delays : orders) {
    data.delays = delays;
    EXPECT_EQ(error_of([&] { load(data, {4}, {.threads = 4, .strict = true}); }), "bad input: p62 is broken");
  }
}

TEST(LoadImages, StopsAtAPictureThatCannotBeReadAtAll) {
  FakeDataSet data(20);
  data.gone = {7};
  EXPECT_EQ(error_of([&] { load(data, {4}, {.threads = 2}); }), "unavailable: p7 cannot be read");
}

TEST(LoadImages, NamesAClassThatHasNoPictureLeft) {
  FakeDataSet data(20);
  data.broken = {3, 7, 9, 13, 17, 19};  // all odd ones for training
  EXPECT_EQ(error_of([&] { load(data, {4}); }),
            "bad input: no training picture of class 'odd' can be read: p3 is broken");
  data.broken.erase(13);
  EXPECT_EQ(error_of([&] { load(data, {4}); }), "nothing");
}

TEST(LoadImages, CountsThePicturesItEnlarges) {
  FakeDataSet data(20);
  data.small = {0, 2, 3, 4};  // 0 is a test picture
  data.broken = {4};
  const auto sets = load(data, {6, 7, 11});
  EXPECT_EQ(sets[0].enlarged, 0u);
  EXPECT_EQ(sets[1].enlarged, 2u);
  EXPECT_EQ(sets[2].enlarged, 15u);
}

TEST(LoadImages, PadsPicturesWhereThatIsAsked) {
  FakeDataSet data(20);
  data.small = {2};  // 8 x 6
  const auto sets = load(data, {12, 13}, {.fit = Fit::kPad});
  EXPECT_EQ(data.fit(), Fit::kPad);
  EXPECT_EQ(sets[0].fit, Fit::kPad);
  EXPECT_EQ(sets[0].enlarged, 1u);  // the others are 12 x 10
  EXPECT_EQ(sets[1].enlarged, 16u);
  load(data, {12});
  EXPECT_EQ(data.fit(), Fit::kCrop);
}

TEST(LoadImages, ShowsTheWholePictureIfPaddedAndItsCentreIfCropped) {
  const TemporaryFolder folder;
  // Dark in the centre square, bright beside it.
  const Picture wide = picture_of(30, 10, 1, [](int x, int, int) { return x >= 10 && x < 20 ? 0 : 240; });
  for (int i = 0; i < 4; ++i) {
    for (const char* name : {"a/", "b/"}) folder.write(name + std::to_string(i) + ".png", png_bytes(wide));
  }
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(load(*data, {1})[0].pixels[0], 0);
  const auto whole = load(*data, {3}, {.fit = Fit::kPad});
  EXPECT_EQ(Bytes(whole[0].picture(0), whole[0].picture(1)), (Bytes{160, 160, 160, 240, 0, 240, 160, 160, 160}));
}

TEST(LoadImages, NormalisesByTheTrainingPartAlone) {
  FakeDataSet data(10);
  const ImageSet set = std::move(load(data, {4})[0]);
  const std::vector<double> training = {2, 3, 4, 7, 8, 9};
  double mean = 0, variance = 0;
  for (const double value : training) mean += value / 6;
  for (const double value : training) variance += (value - mean) * (value - mean) / 6;
  EXPECT_FLOAT_EQ(set.normalisation.mean[0], static_cast<float>(mean));
  EXPECT_FLOAT_EQ(set.normalisation.scale[0], static_cast<float>(1 / std::sqrt(variance)));
}

TEST(LoadImages, NormalisesEachChannelAndLeavesAConstantOneUnscaled) {
  const TemporaryFolder folder;
  for (int i = 0; i < 5; ++i) {
    for (const char* name : {"a/", "b/"}) {
      const Picture picture = picture_of(2, 2, 3, [](int x, int, int c) {
        return c == 0 ? 9 : c == 1 ? 100 * x : 1 + x;
      });
      folder.write(name + std::to_string(i) + ".png", png_bytes(picture));
    }
  }
  const auto data = open_data_set(folder.path(), {});
  const auto sets = load(*data, {2}, {}, kSearched, nullptr, 3);
  EXPECT_EQ(sets[0].normalisation.mean, (std::array<float, 3>{9, 50, 1.5f}));
  EXPECT_EQ(sets[0].normalisation.scale, (std::array<float, 3>{1, 0.02f, 2}));
}

TEST(LoadImages, ReportsProgressFromTheCallingThreadUntilAllIsDone) {
  const FakeDataSet data(100);
  LoadReport report;
  std::vector<std::size_t> seen;
  const auto caller = std::this_thread::get_id();
  const int side_px = 4;
  load_images(data, kSearched, std::span(&side_px, 1), 1, {.threads = 3}, report,
              [&](std::size_t done, std::size_t total) {
                EXPECT_EQ(std::this_thread::get_id(), caller);
                EXPECT_EQ(total, 80u);
                seen.push_back(done);
              });
  ASSERT_FALSE(seen.empty());
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(seen.back(), 80u);
}

TEST(LoadImages, StopsWhenProgressThrows) {
  FakeDataSet data(100);
  data.delay = std::chrono::milliseconds(20);  // more than half a second in all
  LoadReport report;
  const int side_px = 4;
  const auto interrupt = [](std::size_t, std::size_t) { throw std::runtime_error("interrupted"); };
  EXPECT_THROW(load_images(data, kSearched, std::span(&side_px, 1), 1, {.threads = 3}, report, interrupt),
               std::runtime_error);
  EXPECT_LT(data.take_decoded().size(), 80u);
}

TEST(LoadImages, RefusesWhatCannotBeLoaded) {
  const FakeDataSet data(4);  // entry 0 is the only test picture
  EXPECT_NE(error_of([&] { load(data, {4}, {}, kSearched, nullptr, 2); }).find("1 (grey) and 3 (colour)"),
            std::string::npos);
  EXPECT_NE(error_of([&] { load(data, {0}); }).find("pictures of side 0 are wanted"), std::string::npos);
  EXPECT_NE(error_of([&] { load(data, {4097}); }).find("pictures of side 4097 are wanted"), std::string::npos);
  EXPECT_EQ(error_of([&] { load(data, {4}, {}, std::span<const Part>()); }),
            "bad input: the wanted parts of the data set have no picture");
}

TEST(LoadImages, StartsFromTheCacheTheSecondTime) {
  const TemporaryFolder folder;
  FakeDataSet data(50);
  data.broken = {3};
  data.small = {2};
  const LoadOptions options{.cache = folder.path() / "new/cache", .threads = 2};
  LoadReport first_report, second_report;
  const auto first_sets = load(data, {8, 4}, options, kSearched, &first_report);
  EXPECT_FALSE(first_report.from_cache);
  EXPECT_EQ(first_report.cache_failure, "");
  data.take_decoded();
  const auto second_sets = load(data, {8, 4}, options, kSearched, &second_report);
  EXPECT_TRUE(second_report.from_cache);
  EXPECT_TRUE(data.take_decoded().empty());
  EXPECT_EQ(second_report.broken, first_report.broken);
  expect_same(second_sets, first_sets);
  EXPECT_EQ(second_sets[0].enlarged, 1u);
}

TEST(LoadImages, UsesTheCacheForFewerSidesAndDecodesForMore) {
  const TemporaryFolder folder;
  const FakeDataSet data(20);
  const LoadOptions options{.cache = folder.path()};
  LoadReport report;
  load(data, {8, 4}, options);
  load(data, {4}, options, kSearched, &report);
  EXPECT_TRUE(report.from_cache);
  load(data, {4, 2}, options, kSearched, &report);
  EXPECT_FALSE(report.from_cache);
  load(data, {2, 8, 4}, options, kSearched, &report);
  EXPECT_TRUE(report.from_cache);
}

TEST(LoadImages, DecodesAgainWhenTheDataSetChanged) {
  const TemporaryFolder folder;
  FakeDataSet data(20);
  const LoadOptions options{.cache = folder.path()};
  LoadReport report;
  load(data, {4}, options);
  data.change_fingerprint();
  load(data, {4}, options, kSearched, &report);
  EXPECT_FALSE(report.from_cache);
}

TEST(LoadImages, KeepsThePartsApartInTheCache) {
  const TemporaryFolder folder;
  FakeDataSet data(20);
  const LoadOptions options{.cache = folder.path()};
  LoadReport report;
  load(data, {4}, options);
  const auto sets = load(data, {4}, options, kTestOnly, &report);
  EXPECT_FALSE(report.from_cache);
  EXPECT_EQ(sets[0].size(), 4u);
}

TEST(LoadImages, NeverUsesThePicturesOfAnotherFitFromTheCache) {
  const TemporaryFolder folder;
  const FakeDataSet data(20);
  LoadOptions cropped{.cache = folder.path()}, padded{.cache = folder.path(), .fit = Fit::kPad};
  LoadReport report;
  load(data, {4}, cropped);
  const auto first = load(data, {4}, padded, kSearched, &report);
  EXPECT_FALSE(report.from_cache);
  expect_same(load(data, {4}, padded, kSearched, &report), first);
  EXPECT_TRUE(report.from_cache);
  load(data, {4}, cropped, kSearched, &report);
  EXPECT_TRUE(report.from_cache);
}

TEST(LoadImages, RebuildsACutCache) {
  const TemporaryFolder folder;
  FakeDataSet data(20);
  const LoadOptions options{.cache = folder.path()};
  const auto before = load(data, {4}, options);
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    std::filesystem::resize_file(entry.path(), entry.file_size() - 10);
  }
  LoadReport report;
  expect_same(load(data, {4}, options, kSearched, &report), before);
  EXPECT_FALSE(report.from_cache);
  load(data, {4}, options, kSearched, &report);
  EXPECT_TRUE(report.from_cache);
}

TEST(LoadImages, IsStrictWithACacheThatKnowsBrokenPictures) {
  const TemporaryFolder folder;
  FakeDataSet data(20);
  data.broken = {6, 7};
  load(data, {4}, {.cache = folder.path()});
  EXPECT_EQ(error_of([&] { load(data, {4}, {.cache = folder.path(), .strict = true}); }), "bad input: p6 is broken");
}

TEST(LoadImages, RefusesACacheFolderThatIsAFileBeforeItDecodes) {
  const TemporaryFolder folder;
  folder.write("file", "x");
  FakeDataSet data(20);
  EXPECT_NE(error_of([&] { load(data, {4}, {.cache = folder.path() / "file"}); }), "nothing");
  EXPECT_TRUE(data.take_decoded().empty());
}

TEST(LoadImages, LoadsEvenWhereTheCacheCannotBeWritten) {
  const TemporaryFolder folder;
  FakeDataSet data(20);
  LoadReport report;
  load(data, {4}, {.cache = folder.path()});
  // A folder in the place of the file: renaming onto it fails, for root too.
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    std::filesystem::remove(entry.path());
    std::filesystem::create_directories(entry.path() / "in the way");
    break;
  }
  const auto sets = load(data, {4}, {.cache = folder.path()}, kSearched, &report);
  EXPECT_EQ(sets[0].size(), 16u);
  EXPECT_FALSE(report.from_cache);
  EXPECT_NE(report.cache_failure.find("cannot be kept in '"), std::string::npos) << report.cache_failure;
}

TEST(LoadImages, NoticesAChangedPictureOfAFolder) {
  const TemporaryFolder folder, cache;
  write_class(folder, "a", 5);
  write_class(folder, "b", 5);
  const LoadOptions options{.cache = cache.path()};
  load(*open_data_set(folder.path(), {}), {4}, options);
  const auto data = open_data_set(folder.path(), {});
  const std::string changed = names_of(*data, Part::kTraining).front();
  folder.write(changed, png_bytes(plain(8, 9, 1, 250)));
  LoadReport report;
  const auto sets = load(*open_data_set(folder.path(), {}), {4}, options, kSearched, &report);
  EXPECT_FALSE(report.from_cache);
  EXPECT_NE(std::find(sets[0].pixels.begin(), sets[0].pixels.end(), 250), sets[0].pixels.end());
}

}  // namespace
}  // namespace crescendo
