#pragma once

#include <span>
#include <vector>

#include "train/network.h"

namespace crescendo {

/// Gathers batches from an image set without allocating for each.
class BatchBuffer {
 public:
  explicit BatchBuffer(const ImageSet& images) : BatchBuffer(images, images.normalisation) {}
  BatchBuffer(const ImageSet& images, const Normalisation& normalisation)
      : images_(images), normalisation_(normalisation) {}

  /// The pictures at these indices; valid until the next call, and no longer than what is given to it.
  Batch gather(std::span<const int> indices, std::span<const PicturePlacement> placements = {},
               std::span<const float> class_weights = {}) {
    pictures_.clear();
    labels_.clear();
    for (const int index : indices) {
      pictures_.push_back(images_.picture(index));
      labels_.push_back(images_.labels[index]);
    }
    return {pictures_, labels_, normalisation_, placements, class_weights};
  }

 private:
  const ImageSet& images_;
  const Normalisation& normalisation_;
  std::vector<const std::uint8_t*> pictures_;
  std::vector<int> labels_;
};

}  // namespace crescendo
