#include <gtest/gtest.h>

#include <algorithm>

#include "crescendo/images.h"
#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;
using Names = std::vector<std::string>;

std::string opening_error(const TemporaryFolder& folder, const DataOptions& options = {}) {
  return error_of([&] { open_data_set(folder.path(), options); });
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

TEST(Folder, MakesAClassOfEachFolderInSortedOrder) {
  const TemporaryFolder folder;
  for (const char* name : {"zebra", "Ant", "bee"}) write_class(folder, name, 5);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (Names{"Ant", "bee", "zebra"}));
}

TEST(Folder, NamesItsPicturesInOrderOfClassAndFile) {
  const TemporaryFolder folder;
  write_class(folder, "b", 4);
  write_class(folder, "a", 4);
  const auto data = open_data_set(folder.path(), {});
  Names names;
  for (const DataSet::Entry& entry : data->entries()) {
    names.push_back(entry.name);
    EXPECT_EQ(data->classes()[entry.label], entry.name.substr(0, 1));
  }
  EXPECT_EQ(names,
            (Names{"a/00.png", "a/01.png", "a/02.png", "a/03.png", "b/00.png", "b/01.png", "b/02.png", "b/03.png"}));
}

TEST(Folder, FindsJpegAndPngWhateverTheCaseOfTheExtension) {
  const TemporaryFolder folder;
  write_class(folder, "a", 3);
  const Bytes jpeg = jpeg_bytes(plain(8, 8, 3, 9));
  for (const char* name : {"1.jpg", "2.JPG", "3.jpeg", "4.Jpeg", "5.png", "6.PNG"}) {
    folder.write(std::string("b/") + name, jpeg);
  }
  folder.write("b/notes.txt", "no picture");
  folder.write("b/7.gif", "no picture");
  folder.write("README.md", "no class");
  folder.write("overview.jpg", jpeg);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (Names{"a", "b"}));
  EXPECT_EQ(data->entries().size(), 9u);
}

TEST(Folder, SearchesFoldersInsideAClass) {
  const TemporaryFolder folder;
  write_class(folder, "a", 3);
  write_class(folder, "b/2019/may", 2);
  write_class(folder, "b/2020", 2);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (Names{"a", "b"}));
  EXPECT_EQ(data->entries().size(), 7u);
  EXPECT_EQ(data->entries()[3].name, "b/2019/may/00.png");
}

TEST(Folder, IgnoresHiddenFilesAndFolders) {
  const TemporaryFolder folder;
  write_class(folder, "a", 3);
  write_class(folder, "b", 3);
  write_class(folder, ".thumbnails", 3);
  write_class(folder, "a/.thumbnails", 3);
  folder.write("b/.1.png", "half a file");
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (Names{"a", "b"}));
  EXPECT_EQ(data->entries().size(), 6u);
}

TEST(Folder, HoldsOutAFifthOfEachClass) {
  const TemporaryFolder folder;
  write_class(folder, "a", 10);
  write_class(folder, "b", 20);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(counts_of(*data, Part::kTest), (std::vector<int>{2, 4}));
  EXPECT_EQ(counts_of(*data, Part::kTraining), (std::vector<int>{6, 11}));
  EXPECT_EQ(counts_of(*data, Part::kValidation), (std::vector<int>{2, 5}));
}

TEST(Folder, TakesThePartsFromTheLists) {
  const TemporaryFolder folder;
  write_class(folder, "a", 5);
  write_class(folder, "b", 5);
  folder.write("train.txt", "a/00.png\na/01.png\n\nb/00.png\n");
  folder.write("validation.txt",
               "\xef\xbb\xbf"
               "a/02.png\r\nb/01.png\r\n\r\n");
  folder.write("test.txt", "a/03.png\n  b/02.png");
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(names_of(*data, Part::kTraining), (Names{"a/00.png", "a/01.png", "b/00.png"}));
  EXPECT_EQ(names_of(*data, Part::kValidation), (Names{"a/02.png", "b/01.png"}));
  EXPECT_EQ(names_of(*data, Part::kTest), (Names{"a/03.png", "b/02.png"}));
}

TEST(Folder, SplitsWhatATestListLeaves) {
  const TemporaryFolder folder;
  write_class(folder, "a", 11);
  write_class(folder, "b", 10);
  folder.write("test.txt", "a/03.png\n");
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(names_of(*data, Part::kTest), (Names{"a/03.png"}));
  EXPECT_EQ(counts_of(*data, Part::kTraining), (std::vector<int>{7, 7}));
}

TEST(Folder, SplitsATrainingListThatHasNoValidationList) {
  const TemporaryFolder folder;
  write_class(folder, "a", 4);
  write_class(folder, "b", 4);
  folder.write("train.txt", "a/00.png\na/01.png\nb/00.png\nb/01.png\n");
  folder.write("test.txt", "a/02.png\na/03.png\nb/02.png\nb/03.png\n");
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(counts_of(*data, Part::kTraining), (std::vector<int>{1, 1}));
  EXPECT_EQ(counts_of(*data, Part::kValidation), (std::vector<int>{1, 1}));
}

TEST(Folder, NamesListAndLineOfAPictureThatIsNotThere) {
  const TemporaryFolder folder;
  write_class(folder, "a", 3);
  write_class(folder, "b", 3);
  folder.write("test.txt", "a/00.png\n\na/77.png\n");
  EXPECT_EQ(opening_error(folder),
            "bad input: test.txt line 3 names 'a/77.png', which is no picture of the data set; a line is "
            "'class/file.jpg'");
}

TEST(Folder, NamesListAndLineOfAPictureInTwoLists) {
  const TemporaryFolder folder;
  write_class(folder, "a", 3);
  write_class(folder, "b", 3);
  folder.write("train.txt", "a/00.png\nb/00.png\n");
  folder.write("test.txt", "b/01.png\na/00.png\n");
  EXPECT_EQ(opening_error(folder),
            "bad input: test.txt line 2 names 'a/00.png', which train.txt names too; a picture belongs to one list");
}

TEST(Folder, RefusesAnEmptyList) {
  const TemporaryFolder folder;
  write_class(folder, "a", 3);
  write_class(folder, "b", 3);
  folder.write("test.txt", "\n");
  EXPECT_TRUE(contains(opening_error(folder), "test.txt names no picture"));
}

TEST(Folder, KeepsAShareButNeverOfTheTestPart) {
  const TemporaryFolder folder;
  write_class(folder, "a", 20);
  write_class(folder, "b", 20);
  const auto all = open_data_set(folder.path(), {.seed = 5});
  const auto some = open_data_set(folder.path(), {.seed = 5, .share = 0.1});
  EXPECT_EQ(counts_of(*some, Part::kTraining), (std::vector<int>{1, 1}));
  EXPECT_EQ(counts_of(*some, Part::kValidation), (std::vector<int>{1, 1}));
  EXPECT_EQ(names_of(*some, Part::kTest), names_of(*all, Part::kTest));
}

TEST(Folder, RefusesAShareThatIsNone) {
  const TemporaryFolder folder;
  for (const double share : {0.0, -1.0, 1.5}) {
    EXPECT_TRUE(contains(opening_error(folder, {.share = share}), "it must be above 0 and at most 1"));
  }
}

TEST(Folder, SaysThatAFolderIsMissing) {
  const TemporaryFolder folder;
  const std::string missing = (folder.path() / "none").string();
  EXPECT_EQ(error_of([&] { open_data_set(missing, {}); }), "not found: there is no data folder '" + missing + "'");
}

TEST(Folder, RefusesAFileInPlaceOfAFolder) {
  const TemporaryFolder folder;
  folder.write("a.jpg", "x");
  const std::string sentence = error_of([&] { open_data_set(folder.path() / "a.jpg", {}); });
  EXPECT_TRUE(sentence.starts_with("bad input: ")) << sentence;
  EXPECT_TRUE(contains(sentence, "a.jpg' is a file; a data set is a folder")) << sentence;
}

TEST(Folder, SaysWhichLayoutsThereAreForAFolderThatHasNone) {
  const TemporaryFolder folder;
  const std::string sentence = opening_error(folder);
  EXPECT_TRUE(contains(sentence, "idx (") && contains(sentence, "folder (")) << sentence;
}

TEST(Folder, NamesAClassWithoutPictures) {
  const TemporaryFolder folder;
  write_class(folder, "a", 3);
  folder.write("hollow/notes.txt", "nothing here");
  EXPECT_TRUE(opening_error(folder).starts_with("bad input: class folder 'hollow' of '")) << opening_error(folder);
}

TEST(Folder, RefusesASingleClass) {
  const TemporaryFolder folder;
  write_class(folder, "lonely", 3);
  EXPECT_TRUE(contains(opening_error(folder), "has only the class 'lonely'")) << opening_error(folder);
}

TEST(Folder, RefusesAFolderPerPart) {
  const TemporaryFolder folder;
  write_class(folder, "train/cat", 3);
  write_class(folder, "test/cat", 3);
  EXPECT_TRUE(contains(opening_error(folder), "has a folder per part ('test', 'train')")) << opening_error(folder);
}

TEST(Folder, NamesAClassThatTheListsLeaveWithoutTraining) {
  const TemporaryFolder folder;
  write_class(folder, "a", 3);
  write_class(folder, "b", 2);
  folder.write("test.txt", "b/00.png\nb/01.png\n");
  EXPECT_TRUE(contains(opening_error(folder), "class 'b' of '")) << opening_error(folder);
  EXPECT_TRUE(contains(opening_error(folder), "has no training picture")) << opening_error(folder);
}

TEST(Folder, RefusesADataSetWithoutValidation) {
  const TemporaryFolder folder;
  write_class(folder, "a", 1);
  write_class(folder, "b", 1);
  EXPECT_TRUE(contains(opening_error(folder), "has no validation picture")) << opening_error(folder);
}

TEST(Folder, MeasuresTheTrainingPartOnly) {
  const TemporaryFolder folder;
  const std::vector<int> heights_px = {20, 30, 50};
  std::string train, validation, test;
  for (const char* name : {"a", "b"}) {
    for (int i = 0; i < 3; ++i) {
      const std::string file = std::string(name) + "/train" + std::to_string(i) + ".png";
      folder.write(file, png_bytes(plain(100, heights_px[i], 3, 5)));
      train += file + "\n";
    }
    folder.write(std::string(name) + "/v.png", png_bytes(plain(900, 900, 1, 5)));
    folder.write(std::string(name) + "/t.png", png_bytes(plain(800, 800, 1, 5)));
    folder.write(std::string(name) + "/t2.png", png_bytes(plain(800, 800, 1, 5)));
    validation += std::string(name) + "/v.png\n";
    test += std::string(name) + "/t.png\n" + name + "/t2.png\n";
  }
  folder.write("train.txt", train);
  folder.write("validation.txt", validation);
  folder.write("test.txt", test);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->median_shorter_side_px(), 30);
  EXPECT_TRUE(data->mostly_colour());
}

TEST(Folder, CallsGreyPicturesGrey) {
  const TemporaryFolder folder;
  write_class(folder, "a", 5);
  folder.write("b/1.jpg", jpeg_bytes(plain(8, 8, 1, 5)));
  folder.write("b/2.jpg", jpeg_bytes(plain(8, 8, 1, 5)));
  EXPECT_FALSE(open_data_set(folder.path(), {})->mostly_colour());
}

TEST(Folder, MeasuresAPictureWhoseHeaderComesLate) {
  const TemporaryFolder folder;
  Bytes file = jpeg_bytes(plain(40, 40, 3, 5));
  const Bytes comment = {0xff, 0xfe, 0xff, 0xff};  // a segment of 65,535 bytes behind the start
  for (int i = 0; i < 3; ++i) {
    file.insert(file.begin() + 2, 65'533, ' ');
    file.insert(file.begin() + 2, comment.begin(), comment.end());
  }
  for (const char* name : {"a/1.jpg", "a/2.jpg", "b/1.jpg", "b/2.jpg"}) folder.write(name, file);
  EXPECT_EQ(open_data_set(folder.path(), {})->median_shorter_side_px(), 40);
}

TEST(Folder, PassesOverBrokenHeadersAsLongAsOneIsSound) {
  const TemporaryFolder folder;
  write_class(folder, "a", 2);
  folder.write("b/1.jpg", "broken");
  folder.write("b/2.jpg", "broken");
  EXPECT_EQ(open_data_set(folder.path(), {})->median_shorter_side_px(), 8);
  for (const char* name : {"a/00.png", "a/01.png"}) folder.write(name, "broken");
  EXPECT_TRUE(contains(opening_error(folder), "no training picture of '")) << opening_error(folder);
}

TEST(Folder, RefusesOptionsThatItHasNoUseFor) {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) write_class(folder, name, 5);
  const std::string path = folder.path().string();
  EXPECT_EQ(opening_error(folder, {.fold = 2}),
            "bad input: fold is 2, but '" + path + "' is laid out as folder, which has no folds; fold is for: stl10");
  EXPECT_EQ(
      opening_error(folder, {.frames = 3}),
      "bad input: frames is 3, but '" + path + "' is laid out as folder, which has no frames; frames is for: ckplus");
  EXPECT_EQ(opening_error(folder, {.fold = -1}), "bad input: fold is -1; it must not be negative");
}

TEST(Folder, ChangesItsFingerprintWithFilesAndSplit) {
  const TemporaryFolder folder;
  write_class(folder, "a", 8);
  write_class(folder, "b", 8);
  const auto fingerprint = [&](const DataOptions& options = {}) {
    return open_data_set(folder.path(), options)->fingerprint();
  };
  const std::uint64_t before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  EXPECT_NE(fingerprint({.seed = 1}), before);
  EXPECT_NE(fingerprint({.share = 0.5}), before);

  folder.write("b/08.png", png_bytes(plain(8, 8, 1, 9)));
  const std::uint64_t added = fingerprint();
  EXPECT_NE(added, before);
  std::filesystem::remove(folder.path() / "b/08.png");
  EXPECT_EQ(fingerprint(), before);

  std::filesystem::rename(folder.path() / "b/07.png", folder.path() / "b/77.png");
  EXPECT_NE(fingerprint(), before);
  std::filesystem::rename(folder.path() / "b/77.png", folder.path() / "b/07.png");

  const auto file = folder.path() / "b/07.png";
  const auto time = std::filesystem::last_write_time(file);
  folder.write("b/07.png", png_bytes(plain(8, 8, 1, 200)));
  std::filesystem::last_write_time(file, time + std::chrono::milliseconds(1));
  EXPECT_NE(fingerprint(), before);
}

TEST(Folder, DecodesThePictureOfAnEntry) {
  const TemporaryFolder folder;
  write_class(folder, "a", 4, 10);
  write_class(folder, "b", 4, 100);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->decode(2, 8, Fit::kCrop).pixels, Bytes(64, 12));
  EXPECT_EQ(data->decode(7, 8, Fit::kCrop).pixels, Bytes(64, 103));
}

TEST(Folder, SaysThatAPictureIsGone) {
  const TemporaryFolder folder;
  write_class(folder, "a", 4);
  write_class(folder, "b", 4);
  const auto data = open_data_set(folder.path(), {});
  std::filesystem::remove(folder.path() / "a/02.png");
  EXPECT_TRUE(error_of([&] { data->decode(2, 8, Fit::kCrop); }).starts_with("not found: there is no file '"));
}

}  // namespace
}  // namespace crescendo
