#pragma once

#include <algorithm>

#include "crescendo/images.h"

namespace crescendo {

/// The side of a picture that becomes the side of the square: the shorter one is when the square is cut out, the longer
/// one when the picture is padded.
inline int fitted_side_px(int width_px, int height_px, Fit fit) {
  return fit == Fit::kPad ? std::max(width_px, height_px) : std::min(width_px, height_px);
}

}  // namespace crescendo
