#pragma once

#include "train/kernels/simd.h"
#include "train/kernels/stage.h"

// Addresses in the layouts of stage.h, in floats (choices: in bytes).

namespace crescendo {
namespace {

ALWAYS_INLINE int pixel_step(const Stage& s) { return s.first ? s.channels : kLanes; }
ALWAYS_INLINE int planes(const Stage& s) { return s.first ? 1 : s.in_blocks; }
ALWAYS_INLINE std::size_t row_step(const Stage& s) { return static_cast<std::size_t>(s.pitch) * pixel_step(s); }
ALWAYS_INLINE std::size_t plane_step(const Stage& s) { return s.pitch * row_step(s); }
ALWAYS_INLINE std::size_t picture_step(const Stage& s) { return planes(s) * plane_step(s); }

ALWAYS_INLINE std::size_t output_at(const Stage& s, int n, int block, int row, int column) {
  const std::size_t plane = static_cast<std::size_t>(n) * s.out_blocks + block;
  return ((plane * s.out_pitch + row + s.out_border) * s.out_pitch + column + s.out_border) * kLanes;
}

ALWAYS_INLINE std::size_t choice_at(const Stage& s, int n, int block, int row, int column) {
  const std::size_t plane = static_cast<std::size_t>(n) * s.out_blocks + block;
  return ((plane * s.pooled + row) * s.pooled + column) * kLanes;
}

ALWAYS_INLINE std::size_t weights_used(const Stage& s) {
  return static_cast<std::size_t>(s.filters) * s.size * s.size * (s.first ? s.channels : s.in_blocks * kLanes);
}

/// Splits the output blocks into groups whose accumulators fit the registers, of at most kMost = 2, 3 or 4:
/// call(first, Constant<blocks>).
template <int kMost, class Call>
ALWAYS_INLINE void for_block_groups(int blocks, Call call) {
  for (int first = 0; first < blocks;) {
    const int left = blocks - first;
    // The largest, but rather 3 + 2 than 4 + 1 and 2 + 2 than 3 + 1.
    const int size = left <= kMost ? left : left == kMost + 1 ? (left + 1) / 2 : kMost;
    if (size == 1) {
      call(first, Constant<1>{});
    } else if (kMost > 3 && size == 4) {
      if constexpr (kMost > 3) call(first, Constant<4>{});
    } else if (kMost > 2 && size == 3) {
      if constexpr (kMost > 2) call(first, Constant<3>{});
    } else {
      call(first, Constant<2>{});
    }
    first += size;
  }
}

}  // namespace
}  // namespace crescendo
