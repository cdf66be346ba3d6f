#pragma once

#include <cmath>

namespace crescendo {

/// The factor by which a gradient is scaled so that its norm is at most clip_norm; 0: no limit.
/// squares: the sum of its squares. Where they are not finite what the factor makes of the gradient is not either, and
/// the next loss tells.
inline float clip_factor(double squares, float clip_norm) {
  const double norm = std::sqrt(squares);
  const auto limit = static_cast<double>(clip_norm);
  return limit > 0 && norm > limit ? static_cast<float>(limit / norm) : 1.0f;
}

}  // namespace crescendo
