#include <gtest/gtest.h>

#include <map>
#include <set>

#include "crescendo/images.h"
#include "tests/images/picture_maker.h"
#include "tests/images/published_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;
using Names = std::vector<std::string>;

std::string opening_error(const TemporaryFolder& folder, const DataOptions& options = {}) {
  return error_of([&] { open_data_set(folder.path(), options); });
}

// Twelve persons, each with two labelled sequences, happy and surprise, and one without a label.
void write_persons(const TemporaryFolder& folder) {
  for (int person = 1; person <= 12; ++person) {
    write_sequence(folder, person, 1, 6, 5);
    write_sequence(folder, person, 2, 5, 7);
    write_sequence(folder, person, 3, 4, 0);
  }
}

std::string person_of(const std::string& name) { return name.substr(std::string("cohn-kanade-images/").size(), 4); }

TEST(CkPlus, TakesTheLastThreePicturesOfLabelledSequences) {
  const TemporaryFolder folder;
  write_persons(folder);
  const auto data = open_data_set(folder.path(), {});
  EXPECT_EQ(data->classes(), (Names{"happy", "surprise"}));
  ASSERT_EQ(data->entries().size(), 12u * 6);
  EXPECT_EQ(data->entries()[0].name, "cohn-kanade-images/S001/001/S001_001_00000004.png");
  EXPECT_EQ(data->entries()[2].name, "cohn-kanade-images/S001/001/S001_001_00000006.png");
  EXPECT_EQ(data->entries()[5].name, "cohn-kanade-images/S001/002/S001_002_00000005.png");
  EXPECT_EQ(data->entries()[6].name, "cohn-kanade-images/S002/001/S002_001_00000004.png");
  for (std::size_t i = 0; i < data->entries().size(); ++i) {
    EXPECT_EQ(data->entries()[i].label, i % 6 < 3 ? 0 : 1);
    EXPECT_EQ(value_at(data->decode(i, 8, Fit::kCrop), 1, 1), i % 6 < 3 ? 4 + int(i % 3) : 3 + int(i % 3));
  }
  EXPECT_EQ(data->median_shorter_side_px(), 8);
  EXPECT_FALSE(data->mostly_colour());
}

TEST(CkPlus, TakesAsManyPicturesOfASequenceAsAreAskedFor) {
  const TemporaryFolder folder;
  write_persons(folder);
  const auto last = open_data_set(folder.path(), {.frames = 1});
  ASSERT_EQ(last->entries().size(), 12u * 2);
  EXPECT_EQ(last->entries()[0].name, "cohn-kanade-images/S001/001/S001_001_00000006.png");
  EXPECT_EQ(open_data_set(folder.path(), {.frames = 100})->entries().size(), 12u * (6 + 5));
  EXPECT_NE(last->fingerprint(), open_data_set(folder.path(), {})->fingerprint());
}

TEST(CkPlus, TakesNothingThatComesAfterTheLabelledPicture) {
  const TemporaryFolder folder;
  write_persons(folder);
  folder.write("cohn-kanade-images/S001/001/S001_001_00000007.png", png_bytes(plain(10, 8, 1, 7)));
  EXPECT_EQ(open_data_set(folder.path(), {})->entries()[2].name, "cohn-kanade-images/S001/001/S001_001_00000006.png");
}

TEST(CkPlus, KeepsEachPersonInOnePart) {
  const TemporaryFolder folder;
  write_persons(folder);
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const auto data = open_data_set(folder.path(), {.seed = seed});
    std::map<std::string, std::set<Part>> parts_of;
    for (const DataSet::Entry& entry : data->entries()) parts_of[person_of(entry.name)].insert(entry.part);
    for (const auto& [person, parts] : parts_of) EXPECT_EQ(parts.size(), 1u) << person;
    // Two of twelve persons are the test part's, and three of the other ten the validation part's: 20 % and 30 %.
    EXPECT_EQ(counts_of(*data, Part::kTest), (std::vector<int>{6, 6}));
    EXPECT_EQ(counts_of(*data, Part::kValidation), (std::vector<int>{9, 9}));
    EXPECT_EQ(counts_of(*data, Part::kTraining), (std::vector<int>{21, 21}));
  }
}

constexpr const char* kOrigin =
    "CK+ is given on request by the Affect Analysis Group of the University of Pittsburgh: unpack "
    "extended-cohn-kanade-images.zip and Emotion_labels.zip into one folder, which makes cohn-kanade-images and "
    "Emotion, "
    "and give that folder";

TEST(CkPlus, SaysWhereMissingFoldersComeFrom) {
  const TemporaryFolder folder;
  write_persons(folder);
  std::filesystem::remove_all(folder.path() / "Emotion");
  EXPECT_EQ(opening_error(folder), "bad input: '" + folder.path().string() + "' lacks Emotion; " + kOrigin);
  const TemporaryFolder labels;
  write_persons(labels);
  std::filesystem::remove_all(labels.path() / "cohn-kanade-images");
  EXPECT_EQ(opening_error(labels), "bad input: '" + labels.path().string() + "' lacks cohn-kanade-images; " + kOrigin);
  const TemporaryFolder packed;
  packed.write("Emotion_labels.zip", "the archive");
  EXPECT_EQ(opening_error(packed),
            "bad input: '" + packed.path().string() + "' lacks cohn-kanade-images and Emotion; " + kOrigin);
}

TEST(CkPlus, RefusesLabelsThatAreNone) {
  const TemporaryFolder folder;
  write_persons(folder);
  const std::string file = "Emotion/S003/001/S003_001_00000006_emotion.txt";
  for (const char* text : {"0.0", "8", "2.5", "happy", "5 5", "", "nan"}) {
    folder.write(file, text);
    EXPECT_EQ(opening_error(folder), "bad input: '" + file + "' holds '" + text +
                                         "'; an emotion is a number from 1 to 7: anger contempt disgust fear happy "
                                         "sadness surprise");
  }
  folder.write(file, " 5\r\n");
  EXPECT_EQ(opening_error(folder), "nothing");
  folder.write("Emotion/S003/001/S003_001_00000005_emotion.txt", "5");
  EXPECT_EQ(opening_error(folder), "bad input: 'Emotion/S003/001/S003_001_00000005_emotion.txt' and '" + file +
                                       "' both label a sequence; it has one label");
}

TEST(CkPlus, RefusesALabelWithoutItsPicture) {
  const TemporaryFolder folder;
  write_persons(folder);
  std::filesystem::remove(folder.path() / "cohn-kanade-images/S003/001/S003_001_00000006.png");
  const std::string sentence =
      "bad input: 'Emotion/S003/001/S003_001_00000006_emotion.txt' labels a sequence whose last picture "
      "S003_001_00000006.png is not in 'cohn-kanade-images/S003/001'; unpack all of extended-cohn-kanade-images.zip";
  EXPECT_EQ(opening_error(folder), sentence);
  std::filesystem::remove_all(folder.path() / "cohn-kanade-images/S003");
  EXPECT_EQ(opening_error(folder), sentence);
}

TEST(CkPlus, RefusesFoldersWithoutALabel) {
  const TemporaryFolder folder;
  for (int person = 1; person <= 3; ++person) write_sequence(folder, person, 1, 3, 0);
  EXPECT_EQ(opening_error(folder),
            "bad input: '" + (folder.path() / "Emotion").string() +
                "' has no label, which are files such as S005/001/S005_001_00000011_emotion.txt; unpack "
                "Emotion_labels.zip");
}

TEST(CkPlus, RemarksThatItIsNotTheWhole) {
  const TemporaryFolder folder;
  write_persons(folder);
  EXPECT_EQ(open_data_set(folder.path(), {})->remark(),
            "not CK+ as it was published: 24 labelled sequences instead of 327, 2 emotions instead of 7");
}

TEST(CkPlus, ChangesItsFingerprintWithPicturesAndLabels) {
  const TemporaryFolder folder;
  write_persons(folder);
  const auto fingerprint = [&] { return open_data_set(folder.path(), {})->fingerprint(); };
  const std::uint64_t before = fingerprint();
  EXPECT_EQ(fingerprint(), before);
  const auto picture = folder.path() / "cohn-kanade-images/S003/001/S003_001_00000005.png";
  const auto time = std::filesystem::last_write_time(picture);
  std::filesystem::last_write_time(picture, time + std::chrono::milliseconds(1));
  EXPECT_NE(fingerprint(), before);
  std::filesystem::last_write_time(picture, time);
  folder.write("Emotion/S003/001/S003_001_00000006_emotion.txt", "7");
  EXPECT_NE(fingerprint(), before);
}

}  // namespace
}  // namespace crescendo
