#pragma once

#include "train/kernels/simd.h"

namespace crescendo {
namespace {

/// Bias, ReLU and maximum of one pool window of W channels, in window order (row * 2 + column).
/// The bias is added after the maximum, which it commutes with; of equal values the first one is chosen.
ALWAYS_INLINE void pool_window(Vec v0, Vec v1, Vec v2, Vec v3, Vec bias, float* out, std::uint8_t* choices) {
  const IntVec right_above = v1 > v0;
  const IntVec right_below = v3 > v2;
  const Vec above = right_above ? v1 : v0;
  const Vec below = right_below ? v3 : v2;
  const IntVec lower = below > above;
  const Vec value = (lower ? below : above) + bias;
  // A comparison is -1 where true, so -right_above is 0 or 1, 2 - right_below 2 or 3, and `| dead` makes 255.
  // Not (value > 0): a NaN must live, or a diverged network would look like one whose every unit is off.
  const IntVec dead = value <= 0.0f;
  const IntVec choice = (lower ? 2 - right_below : -right_above) | dead;
  store(out, keep_where(~dead, value));
  store_bytes(choices, choice);
}

}  // namespace
}  // namespace crescendo
