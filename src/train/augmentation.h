#pragma once

#include "crescendo/rng.h"
#include "train/network.h"

namespace crescendo {

/// How training pictures are varied; evaluation sees them as they are.
struct Augmentation {
  bool mirror = false;  // every second time, left to right
  double shift = 0;     // up to this share of the side in each direction, in whole pixels; in 0..0.5

  bool varies() const { return mirror || shift > 0; }
};

/// One picture's placement, from a stream of its own.
PicturePlacement draw_placement(const Augmentation& augmentation, int side_px, Rng rng);

}  // namespace crescendo
