#pragma once

#include "train/kernels/simd.h"

namespace crescendo {
namespace {

/// Rows become columns of a W x W square.
ALWAYS_INLINE void transpose_square(IntVec (&square)[kLanes]) {
  // Each stage interleaves the first half with the second; after log2(W) of them every index has turned around.
  UNROLL_FOR(stage, 31 - __builtin_clz(kLanes)) {
    IntVec next[kLanes];
    UNROLL_FOR(i, kLanes / 2) {
      next[2 * i] = interleave_low(square[i], square[i + kLanes / 2]);
      next[2 * i + 1] = interleave_high(square[i], square[i + kLanes / 2]);
    }
    UNROLL_FOR(i, kLanes) square[i] = next[i];
  }
}

typedef float Four __attribute__((vector_size(16)));
typedef float LooseFour __attribute__((vector_size(16), aligned(4), may_alias));

ALWAYS_INLINE void transpose_4x4(const float* from, std::size_t from_pitch, float* to, std::size_t to_pitch) {
  const Four a = *reinterpret_cast<const LooseFour*>(from);
  const Four b = *reinterpret_cast<const LooseFour*>(from + from_pitch);
  const Four c = *reinterpret_cast<const LooseFour*>(from + 2 * from_pitch);
  const Four d = *reinterpret_cast<const LooseFour*>(from + 3 * from_pitch);
  const Four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  *reinterpret_cast<LooseFour*>(to) = __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5);
  *reinterpret_cast<LooseFour*>(to + to_pitch) = __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7);
  *reinterpret_cast<LooseFour*>(to + 2 * to_pitch) = __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5);
  *reinterpret_cast<LooseFour*>(to + 3 * to_pitch) = __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7);
}

/// What whole squares leave over.
inline void transpose_rest(int rows, int columns, const float* from, std::size_t from_pitch, float* to,
                           std::size_t to_pitch) {
  const int whole_rows = rows / 4 * 4;
  const int whole_columns = columns / 4 * 4;
  for (int start = 0; start < whole_columns; start += 16) {  // one cache line of each row at a time
    for (int r = 0; r < whole_rows; r += 4) {
      for (int c = start; c < least(whole_columns, start + 16); c += 4) {
        transpose_4x4(from + r * from_pitch + c, from_pitch, to + c * to_pitch + r, to_pitch);
      }
    }
  }
  for (int r = 0; r < rows; ++r) {
    for (int c = r < whole_rows ? whole_columns : 0; c < columns; ++c) to[c * to_pitch + r] = from[r * from_pitch + c];
  }
}

void transpose(int rows, int columns, const float* from, std::size_t from_pitch, float* to, std::size_t to_pitch) {
  const int whole_rows = rows / kLanes * kLanes;
  const int whole_columns = columns / kLanes * kLanes;
  for (int r = 0; r < whole_rows; r += kLanes) {
    for (int c = 0; c < whole_columns; c += kLanes) {
      IntVec square[kLanes];
      UNROLL_FOR(i, kLanes) square[i] = reinterpret_cast<IntVec>(load(from + (r + i) * from_pitch + c));
      transpose_square(square);
      UNROLL_FOR(i, kLanes) store(to + (c + i) * to_pitch + r, reinterpret_cast<Vec>(square[i]));
    }
  }
  transpose_rest(rows - whole_rows, columns, from + whole_rows * from_pitch, from_pitch, to + whole_rows, to_pitch);
  transpose_rest(whole_rows, columns - whole_columns, from + whole_columns, from_pitch, to + whole_columns * to_pitch,
                 to_pitch);
}

}  // namespace
}  // namespace crescendo
