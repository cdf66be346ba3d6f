#include "images/largest_classes.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "crescendo/error.h"
#include "images/hash.h"

namespace crescendo {
namespace {

class LargestClasses : public DataSet {
 public:
  LargestClasses(std::unique_ptr<DataSet> whole, const std::vector<int>& kept) : whole_(std::move(whole)) {
    std::vector<int> new_label(whole_->classes().size(), -1);
    for (const int label : kept) {
      new_label[static_cast<std::size_t>(label)] = static_cast<int>(classes_.size());
      classes_.push_back(whole_->classes()[static_cast<std::size_t>(label)]);
    }
    for (std::size_t i = 0; i < whole_->entries().size(); ++i) {
      Entry entry = whole_->entries()[i];
      entry.label = new_label[static_cast<std::size_t>(entry.label)];
      if (entry.label < 0) continue;
      entries_.push_back(std::move(entry));
      place_.push_back(i);
    }
    median_shorter_side_px_ = whole_->median_shorter_side_px();
    mostly_colour_ = whole_->mostly_colour();
    remark_ = whole_->remark();
    Hash hash;
    hash.add(whole_->fingerprint());
    hash.add(classes_.size());
    fingerprint_ = hash.value();
  }

  Picture decode(std::size_t index, int wanted_side_px, Fit fit) const override {
    return whole_->decode(place_[index], wanted_side_px, fit);
  }

 private:
  std::unique_ptr<DataSet> whole_;
  std::vector<std::size_t> place_;  // [entry] in whole_
};

}  // namespace

std::unique_ptr<DataSet> largest_classes(std::unique_ptr<DataSet> data, int count) {
  std::vector<int> pictures(data->classes().size());
  if (count > static_cast<int>(pictures.size())) {
    bad_input(fmt::format("the {} largest classes were asked for, but there are {}", count, pictures.size()));
  }
  for (const DataSet::Entry& entry : data->entries()) {
    if (entry.part == Part::kTraining) ++pictures[static_cast<std::size_t>(entry.label)];
  }
  std::vector<int> kept(pictures.size());
  std::iota(kept.begin(), kept.end(), 0);
  std::stable_sort(kept.begin(), kept.end(), [&](int a, int b) {
    return pictures[static_cast<std::size_t>(a)] > pictures[static_cast<std::size_t>(b)];
  });
  kept.resize(static_cast<std::size_t>(count));
  std::sort(kept.begin(), kept.end());
  return std::make_unique<LargestClasses>(std::move(data), kept);
}

}  // namespace crescendo
