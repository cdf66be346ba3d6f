#include "images/largest_classes.h"

#include <gtest/gtest.h>

#include "crescendo/error.h"

namespace crescendo {
namespace {

/// Pictures that know their place; class c has counts[c] training pictures and one to test.
class Counted : public DataSet {
 public:
  explicit Counted(const std::vector<int>& counts) {
    for (std::size_t label = 0; label < counts.size(); ++label) {
      classes_.push_back("class" + std::to_string(label));
      for (int i = 0; i < counts[label]; ++i) entries_.push_back({"t", static_cast<int>(label), Part::kTraining});
      entries_.push_back({"e", static_cast<int>(label), Part::kTest});
    }
    fingerprint_ = 7;
    remark_ = "a part of it";
  }
  Picture decode(std::size_t index, int, Fit) const override { return {static_cast<int>(index), 1, 1, {}}; }
};

std::unique_ptr<DataSet> largest(const std::vector<int>& counts, int count) {
  return largest_classes(std::make_unique<Counted>(counts), count);
}

TEST(LargestClasses, KeepsThoseWithMostTrainingPicturesInTheirOldOrder) {
  const auto data = largest({2, 5, 1, 4}, 2);
  EXPECT_EQ(data->classes(), (std::vector<std::string>{"class1", "class3"}));
  ASSERT_EQ(data->entries().size(), 5u + 1 + 4 + 1);
  EXPECT_EQ(data->entries().front().label, 0);
  EXPECT_EQ(data->entries().back().label, 1);
  EXPECT_EQ(data->remark(), "a part of it");
}

TEST(LargestClasses, OfEquallyLargeOnesTheFirstIsKept) {
  EXPECT_EQ(largest({3, 3, 3}, 2)->classes(), (std::vector<std::string>{"class0", "class1"}));
}

TEST(LargestClasses, DecodesThePictureOfTheWholeSet) {
  EXPECT_EQ(largest({2, 5, 1, 4}, 2)->decode(0, 8, Fit::kCrop).width_px,
            3);  // behind class0's two and its test picture
}

TEST(LargestClasses, AnotherChoiceIsAnotherFingerprint) {
  EXPECT_NE(largest({2, 5, 1, 4}, 2)->fingerprint(), largest({2, 5, 1, 4}, 3)->fingerprint());
  EXPECT_NE(largest({2, 5, 1, 4}, 4)->fingerprint(), 7u);
}

TEST(LargestClasses, RefusesMoreThanThereAre) { EXPECT_THROW(largest({2, 5}, 3), Error); }

}  // namespace
}  // namespace crescendo
