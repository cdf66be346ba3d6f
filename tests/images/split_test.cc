#include "images/split.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "crescendo/rng.h"

namespace crescendo {
namespace {

using Parts = std::vector<std::optional<Part>>;

Parts split(const std::vector<int>& labels, const std::vector<Listed>& listed, const PartsGiven& given,
            const DataOptions& options = {}) {
  return split_pictures(labels, listed, given, options);
}

Parts split_unlisted(const std::vector<int>& labels, const DataOptions& options = {}) {
  return split(labels, std::vector<Listed>(labels.size()), {}, options);
}

long count(const Parts& parts, std::optional<Part> part) { return std::count(parts.begin(), parts.end(), part); }

std::set<std::size_t> members(const Parts& parts, Part part) {
  std::set<std::size_t> found;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == part) found.insert(i);
  }
  return found;
}

TEST(Split, HoldsAFifthOutAndSplitsTheRestSeventyToThirty) {
  const Parts parts = split_unlisted(std::vector<int>(100, 0));
  EXPECT_EQ(count(parts, Part::kTest), 20);
  EXPECT_EQ(count(parts, Part::kTraining), 56);
  EXPECT_EQ(count(parts, Part::kValidation), 24);
}

TEST(Split, SplitsEachClassOnItsOwn) {
  std::vector<int> labels(100, 0);
  labels.insert(labels.begin() + 50, 10, 1);
  const Parts parts = split_unlisted(labels);
  const Parts second(parts.begin() + 50, parts.begin() + 60);
  EXPECT_EQ(count(second, Part::kTest), 2);
  EXPECT_EQ(count(second, Part::kTraining), 6);
  EXPECT_EQ(count(second, Part::kValidation), 2);
}

TEST(Split, LeavesTrainingAndValidationPicturesInEverySmallClass) {
  for (int size = 1; size <= 40; ++size) {
    const Parts parts = split_unlisted(std::vector<int>(size, 0));
    EXPECT_GE(count(parts, Part::kTraining), 1) << size;
    if (size >= 2) {
      EXPECT_GE(count(parts, Part::kValidation), 1) << size;
    }
    if (size >= 3) {
      EXPECT_GE(count(parts, Part::kTest), 1) << size;
    }
  }
}

TEST(Split, IsDecidedByTheSeed) {
  const std::vector<int> labels(50, 0);
  EXPECT_EQ(split_unlisted(labels, {.seed = 1}), split_unlisted(labels, {.seed = 1}));
  EXPECT_NE(split_unlisted(labels, {.seed = 1}), split_unlisted(labels, {.seed = 2}));
}

TEST(Split, StaysTheSameInLaterVersions) {
  // A stored study names its seed only: another shuffle would test on what was trained on.
  const Parts parts = split_unlisted(std::vector<int>(10, 0), {.seed = 7});
  EXPECT_EQ(members(parts, Part::kTest), (std::set<std::size_t>{1, 8}));
  EXPECT_EQ(members(parts, Part::kValidation), (std::set<std::size_t>{6, 7}));
}

TEST(Split, KeepsPicturesWhereTheyAreListed) {
  std::vector<Listed> listed(30, Listed::kTraining);
  listed[3] = listed[4] = Listed::kValidation;
  listed[5] = Listed::kTest;
  const Parts parts = split(std::vector<int>(30, 0), listed, {true, true, true});
  EXPECT_EQ(members(parts, Part::kValidation), (std::set<std::size_t>{3, 4}));
  EXPECT_EQ(members(parts, Part::kTest), (std::set<std::size_t>{5}));
  EXPECT_EQ(count(parts, Part::kTraining), 27);
}

TEST(Split, LeavesUnlistedPicturesOutWhereTrainingAndValidationAreListed) {
  std::vector<Listed> listed(10, Listed::kTraining);
  listed[1] = Listed::kValidation;
  listed[8] = listed[9] = Listed::kNowhere;
  const Parts parts = split(std::vector<int>(10, 0), listed, {true, true, true});
  EXPECT_EQ(parts[8], std::nullopt);
  EXPECT_EQ(parts[9], std::nullopt);
  EXPECT_EQ(count(parts, Part::kTraining), 7);
}

TEST(Split, SplitsTheTrainingListWhereThereIsNoValidationList) {
  std::vector<Listed> listed(20, Listed::kTraining);
  std::fill_n(listed.begin(), 6, Listed::kNowhere);  // unlisted pictures join in
  std::fill_n(listed.begin() + 6, 4, Listed::kTest);
  const Parts parts = split(std::vector<int>(20, 0), listed, {.training = true, .test = true});
  EXPECT_EQ(members(parts, Part::kTest), (std::set<std::size_t>{6, 7, 8, 9}));
  EXPECT_EQ(count(parts, Part::kTraining), 11);
  EXPECT_EQ(count(parts, Part::kValidation), 5);
}

TEST(Split, TrainsOnWhatTheValidationListLeaves) {
  std::vector<Listed> listed(20, Listed::kNowhere);
  listed[0] = listed[1] = Listed::kValidation;
  listed[2] = Listed::kTest;
  const Parts parts = split(std::vector<int>(20, 0), listed, {.validation = true, .test = true});
  EXPECT_EQ(members(parts, Part::kValidation), (std::set<std::size_t>{0, 1}));
  EXPECT_EQ(count(parts, Part::kTraining), 17);
}

TEST(Split, TakesTestPicturesOnlyFromWhatIsListedNowhere) {
  std::vector<Listed> listed(20, Listed::kTraining);
  std::fill_n(listed.begin(), 10, Listed::kNowhere);
  const Parts parts = split(std::vector<int>(20, 0), listed, {.training = true});
  const std::set<std::size_t> test = members(parts, Part::kTest);
  EXPECT_EQ(test.size(), 2u);
  EXPECT_LT(*test.rbegin(), 10u);
}

TEST(Split, KeepsAShareOfEachClassButAllTestPictures) {
  std::vector<int> labels(100, 0);
  labels.resize(110, 1);
  const Parts all = split_unlisted(labels), half = split_unlisted(labels, {.share = 0.5});
  EXPECT_EQ(members(half, Part::kTest), members(all, Part::kTest));
  const auto of_class = [](const Parts& parts, int begin, int end) {
    return Parts(parts.begin() + begin, parts.begin() + end);
  };
  EXPECT_EQ(count(of_class(half, 0, 100), Part::kTraining), 28);
  EXPECT_EQ(count(of_class(half, 0, 100), Part::kValidation), 12);
  EXPECT_EQ(count(of_class(half, 100, 110), Part::kTraining), 3);
  EXPECT_EQ(count(of_class(half, 100, 110), Part::kValidation), 1);
}

TEST(Split, KeepsOnePictureOfEachPartWhateverTheShare) {
  const Parts parts = split_unlisted(std::vector<int>(50, 0), {.share = 1e-9});
  EXPECT_EQ(count(parts, Part::kTraining), 1);
  EXPECT_EQ(count(parts, Part::kValidation), 1);
  EXPECT_EQ(count(parts, Part::kTest), 10);
}

TEST(Split, TakesASmallerShareOutOfALargerOne) {
  const std::vector<int> labels(200, 0);
  std::set<std::size_t> larger = members(split_unlisted(labels), Part::kTraining);
  for (const double share : {0.7, 0.4, 0.1}) {
    const std::set<std::size_t> smaller = members(split_unlisted(labels, {.share = share}), Part::kTraining);
    EXPECT_TRUE(std::includes(larger.begin(), larger.end(), smaller.begin(), smaller.end())) << share;
    larger = smaller;
  }
}

TEST(Split, DrawsTheShareBySeedNotByOrder) {
  const std::vector<int> labels(100, 0);
  const auto kept = members(split_unlisted(labels, {.seed = 3, .share = 0.2}), Part::kTraining);
  EXPECT_GT(*kept.rbegin(), 50u);  // all eleven in the first half: chance below 1 in 2000
  EXPECT_LT(*kept.begin(), 50u);
}

TEST(SplitGroups, SplitsGroupsOfOneLikePictures) {
  std::vector<int> labels, groups;
  for (int i = 0; i < 200; ++i) {
    labels.push_back(i % 3 == 0 ? 0 : 1);
    groups.push_back(1000 - i);
  }
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Parts parts = split_groups(labels, groups, {.seed = seed}), plain = split_unlisted(labels, {.seed = seed});
    for (const Part part : {Part::kTraining, Part::kValidation, Part::kTest}) {
      EXPECT_EQ(members(parts, part).size(), members(plain, part).size());
    }
  }
}

// Persons who show some of seven emotions, each in three pictures, as in CK+: 118 persons, 327 sequences.
struct Persons {
  std::vector<int> labels, groups;

  Persons() {
    constexpr int kSequences[] = {45, 18, 59, 25, 69, 28, 83};  // of each emotion
    Rng rng(7);
    for (int label = 0; label < 7; ++label) {
      std::vector<int> persons(118);
      std::iota(persons.begin(), persons.end(), 0);
      rng.shuffle(std::span(persons));
      for (int i = 0; i < kSequences[label]; ++i) {
        labels.insert(labels.end(), 3, label);
        groups.insert(groups.end(), 3, persons[static_cast<std::size_t>(i)]);
      }
    }
  }
};

TEST(SplitGroups, KeepsGroupsWholeAndComesNearTheSharesOfEachClass) {
  const Persons persons;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Parts parts = split_groups(persons.labels, persons.groups, {.seed = seed});
    std::map<int, std::set<Part>> parts_of;
    std::map<std::pair<int, Part>, double> counts;
    std::map<int, double> all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      ASSERT_TRUE(parts[i]);
      parts_of[persons.groups[i]].insert(*parts[i]);
      ++counts[{persons.labels[i], *parts[i]}];
      ++all[persons.labels[i]];
    }
    for (const auto& [group, in] : parts_of) EXPECT_EQ(in.size(), 1u) << group;
    for (const auto& [label, count] : all) {
      const double allowed = 6;  // pictures: two sequences
      EXPECT_NEAR((counts[{label, Part::kTest}]), 0.2 * count, allowed);
      EXPECT_NEAR((counts[{label, Part::kValidation}]), 0.24 * count, allowed);
      EXPECT_NEAR((counts[{label, Part::kTraining}]), 0.56 * count, allowed);
    }
  }
}

TEST(SplitGroups, FollowsTheSeedAndNotTheNumbersOfTheGroups) {
  const Persons persons;
  const auto split = [&](std::uint64_t seed) { return split_groups(persons.labels, persons.groups, {.seed = seed}); };
  EXPECT_EQ(split(3), split(3));
  EXPECT_NE(split(3), split(4));
}

TEST(SplitGroups, KeepsAShareOfEachClassAndTheWholeTestPart) {
  const Persons persons;
  const Parts all = split_groups(persons.labels, persons.groups, {}),
              some = split_groups(persons.labels, persons.groups, {.share = 0.3});
  EXPECT_EQ(members(some, Part::kTest), members(all, Part::kTest));
  const auto of_some = members(some, Part::kTraining), of_all = members(all, Part::kTraining);
  EXPECT_NEAR(static_cast<double>(of_some.size()), 0.3 * static_cast<double>(of_all.size()), 4);
  EXPECT_TRUE(std::includes(of_all.begin(), of_all.end(), of_some.begin(), of_some.end()));
}

TEST(SplitGroups, TrainsOnAClassOfOneGroup) {
  const std::vector<int> labels = {0, 0, 0, 1, 1, 1, 1, 1, 1}, groups = {1, 1, 1, 2, 3, 4, 5, 6, 7};
  const Parts parts = split_groups(labels, groups, {});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(parts[i], Part::kTraining);
}

}  // namespace
}  // namespace crescendo
