#pragma once

#include "train/kernels/simd.h"

// Winograd's minimal filtering: Y = A' [(G g G') . (B' d B)] A, for a T x T input tile d, T = m + size - 1.
// Interpolation points 0, 1, -1 (T = 4), 2, -2 (T = 6), 1/2, -1/2 (T = 8), and infinity: a row of B' has the
// coefficients of M(x) / (x - p), M being the product over all points, a row of G (1, p, .., p^(size-1)) / M'(p), a row
// of A' p^i.
// F(2x2, 3x3): 16 products for 4 outputs (2.25 times fewer); F(4x4, 3x3): 36 for 16 (4 times); F(2x2, 5x5): 36 for 4
// (2.8 times); F(4x4, 5x5): 64 for 16 (6.25 times); F(2x2, 7x7): 64 for 4 (3.1 times). Forms of one T share B.
// Source: Lavin and Gray 2015, "Fast Algorithms for Convolutional Neural Networks".

namespace crescendo {
namespace {

/// B' times a vector of T values that lie `step` apart, in place.
template <int T>
ALWAYS_INLINE void transform_input(Vec* d, int step) {
  const Vec d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
  if constexpr (T == 4) {
    d[0] = d0 - d2;
    d[step] = d1 + d2;
    d[2 * step] = d2 - d1;
    d[3 * step] = d3 - d1;
  } else if constexpr (T == 6) {
    const Vec d4 = d[4 * step], d5 = d[5 * step];
    const Vec even1 = d4 - 4.0f * d2;
    const Vec odd1 = d3 - 4.0f * d1;
    const Vec even2 = d4 - d2;
    const Vec odd2 = 2.0f * (d3 - d1);
    d[0] = 4.0f * d0 - 5.0f * d2 + d4;
    d[step] = even1 + odd1;
    d[2 * step] = even1 - odd1;
    d[3 * step] = even2 + odd2;
    d[4 * step] = even2 - odd2;
    d[5 * step] = 4.0f * d1 - 5.0f * d3 + d5;
  } else {
    const Vec d4 = d[4 * step], d5 = d[5 * step], d6 = d[6 * step], d7 = d[7 * step];
    const Vec even1 = d2 - 4.25f * d4 + d6;
    const Vec odd1 = d1 - 4.25f * d3 + d5;
    const Vec even2 = 0.25f * d2 - 1.25f * d4 + d6;
    const Vec odd2 = 0.5f * d1 - 2.5f * d3 + 2.0f * d5;
    const Vec even3 = 4.0f * d2 - 5.0f * d4 + d6;
    const Vec odd3 = 2.0f * d1 - 2.5f * d3 + 0.5f * d5;
    d[0] = 5.25f * (d2 - d4) + (d6 - d0);
    d[step] = even1 + odd1;
    d[2 * step] = even1 - odd1;
    d[3 * step] = even2 + odd2;
    d[4 * step] = even2 - odd2;
    d[5 * step] = even3 + odd3;
    d[6 * step] = even3 - odd3;
    d[7 * step] = 5.25f * (d3 - d5) + (d7 - d1);
  }
}

/// A' times a vector of T values that lie next to each other: kOutputs values that lie `step` apart.
template <int T, int kOutputs>
ALWAYS_INLINE void transform_output(const Vec* m, Vec* y, int step) {
  const Vec even1 = m[1] + m[2];
  const Vec odd1 = m[1] - m[2];
  if constexpr (T == 4) {
    y[0] = m[0] + even1;
    y[step] = odd1 + m[3];
  } else if constexpr (T == 6) {
    const Vec even2 = m[3] + m[4];
    const Vec odd2 = m[3] - m[4];
    y[0] = m[0] + even1 + even2;
    if constexpr (kOutputs == 2) {
      y[step] = odd1 + 2.0f * odd2 + m[5];
    } else {
      y[step] = odd1 + 2.0f * odd2;
      y[2 * step] = even1 + 4.0f * even2;
      y[3 * step] = odd1 + 8.0f * odd2 + m[5];
    }
  } else {
    const Vec even2 = m[3] + m[4];
    const Vec odd2 = m[3] - m[4];
    const Vec even3 = m[5] + m[6];
    const Vec odd3 = m[5] - m[6];
    y[0] = m[0] + even1 + even2 + even3;
    if constexpr (kOutputs == 2) {
      y[step] = odd1 + 2.0f * odd2 + 0.5f * odd3 + m[7];
    } else {
      y[step] = odd1 + 2.0f * odd2 + 0.5f * odd3;
      y[2 * step] = even1 + 4.0f * even2 + 0.25f * even3;
      y[3 * step] = odd1 + 8.0f * odd2 + 0.125f * odd3 + m[7];
    }
  }
}

template <int T, int kSize>
void filter_matrix(float (&g)[T][kSize]) {
  constexpr float kPoints[7] = {0, 1, -1, 2, -2, 0.5f, -0.5f};
  constexpr float kDerivatives4[7] = {1, 2, 2};  // M'(p); the sign of row 2 is taken into B'
  constexpr float kDerivatives6[7] = {4, -6, -6, 24, 24};
  constexpr float kDerivatives8[7] = {-1, -4.5f, -4.5f, 90, 90, 1.40625f, 1.40625f};
  for (int i = 0; i < T - 1; ++i) {
    float power = 1.0f / (T == 4 ? kDerivatives4[i] : T == 6 ? kDerivatives6[i] : kDerivatives8[i]);
    for (int j = 0; j < kSize; ++j) {
      g[i][j] = power;
      power *= kPoints[i];
    }
  }
  for (int j = 0; j < kSize; ++j) g[T - 1][j] = j == kSize - 1 ? 1.0f : 0.0f;
}

/// G g G' of one filter for W input channels. filter: [size][size][W]; result: [T * T].
template <int T, int kSize>
ALWAYS_INLINE void transform_filter(const float (&g)[T][kSize], const float* filter, Vec* result) {
  Vec half[T][kSize];
  for (int i = 0; i < T; ++i) {
    for (int j = 0; j < kSize; ++j) {
      Vec sum{};
      for (int k = 0; k < kSize; ++k) sum += g[i][k] * load(filter + (k * kSize + j) * kLanes);
      half[i][j] = sum;
    }
  }
  for (int i = 0; i < T; ++i) {
    for (int j = 0; j < T; ++j) {
      Vec sum{};
      for (int k = 0; k < kSize; ++k) sum += g[j][k] * half[i][k];
      result[i * T + j] = sum;
    }
  }
}

}  // namespace
}  // namespace crescendo
