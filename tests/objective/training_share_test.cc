#include "objective/training_share.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace crescendo {
namespace {

/// `each` training pictures of each of three classes, every fourth one to validate.
ImageSet pictures(int each) {
  ImageSet images;
  images.classes = {"a", "b", "c"};
  for (int i = 0; i < 3 * each; ++i) {
    images.labels.push_back(i % 3);
    images.parts.push_back(i % 4 == 3 ? Part::kValidation : Part::kTraining);
  }
  return images;
}

TEST(TrainingShare, TakesThatShareOfEachClassFromTheTrainingPart) {
  const ImageSet images = pictures(40);
  std::vector<int> count(3);
  for (const int i : training_share(images, 0.5)) {
    EXPECT_EQ(images.parts[static_cast<std::size_t>(i)], Part::kTraining);
    ++count[static_cast<std::size_t>(images.labels[static_cast<std::size_t>(i)])];
  }
  EXPECT_EQ(count, (std::vector<int>{15, 15, 15}));
}

TEST(TrainingShare, ASmallerOneIsContainedInALargerOne) {
  const ImageSet images = pictures(40);
  const auto small = training_share(images, 0.2), large = training_share(images, 0.7);
  EXPECT_LT(small.size(), large.size());
  EXPECT_TRUE(std::includes(large.begin(), large.end(), small.begin(), small.end()));
}

TEST(TrainingShare, LeavesEachClassAPicture) { EXPECT_EQ(training_share(pictures(40), 1e-6).size(), 3u); }

TEST(TrainingShare, AllAreAll) {
  const ImageSet images = pictures(40);
  EXPECT_EQ(training_share(images, 1), images.indices(Part::kTraining));
}

}  // namespace
}  // namespace crescendo
