#pragma once

#include <span>
#include <vector>

#include "train/network.h"

namespace crescendo {

/// Gathers batches from an image set without allocating for each.
class BatchBuffer {
 public:
  explicit BatchBuffer(const ImageSet& images) : images_(images) {}

  /// The pictures at these indices; valid until the next call.
  Batch gather(std::span<const int> indices) {
    pictures_.clear();
    labels_.clear();
    for (const int index : indices) {
      pictures_.push_back(images_.picture(index));
      labels_.push_back(images_.labels[index]);
    }
    return {pictures_, labels_, images_.normalisation};
  }

 private:
  const ImageSet& images_;
  std::vector<const std::uint8_t*> pictures_;
  std::vector<int> labels_;
};

}  // namespace crescendo
