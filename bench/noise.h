#pragma once

#include <cstddef>
#include <vector>

#include "crescendo/images.h"
#include "crescendo/rng.h"
#include "train/batches.h"

namespace crescendo {

/// Noise in place of pictures, 0..1 and not centred, drawn in shuffled epochs as the trainer does.
class Noise {
 public:
  Noise(const NetworkShape& shape, std::size_t pictures);

  /// The next `count` pictures; valid until the next call.
  Batch next(int count);

  /// [n][side][side][channels], labels at random.
  const ImageSet& images() const { return images_; }

 private:
  Rng rng_{1};
  ImageSet images_;
  std::vector<int> order_;
  std::size_t next_ = 0;
  BatchBuffer buffer_{images_};
};

}  // namespace crescendo
