#include "train/augmentation.h"

#include <cmath>

namespace crescendo {

PicturePlacement draw_placement(const Augmentation& augmentation, int side_px, Rng rng) {
  const int most_px = static_cast<int>(std::lround(augmentation.shift * side_px));
  const auto shift_px = [&] {
    return static_cast<int>(rng.below(2 * static_cast<std::uint64_t>(most_px) + 1)) - most_px;
  };
  PicturePlacement place;
  place.mirrored = augmentation.mirror && rng.below(2) == 1;
  place.right_px = shift_px();
  place.down_px = shift_px();
  return place;
}

}  // namespace crescendo
