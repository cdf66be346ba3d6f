#pragma once

#include "train/kernels/ops.h"
#include "train/kernels/square_root.h"

// Batch normalisation of pooled maps, a block of W channels at a time. The channels behind the last have scale and
// shift zero, so they stay exactly zero. Sums run over a row, then over a picture, then over all: in single precision
// one sum over a million values would lose its last digits.

namespace crescendo {
namespace {

ALWAYS_INLINE std::size_t norm_plane(const Norm& g, int n, int block) {
  return (static_cast<std::size_t>(n) * g.blocks + block) * g.side * g.side * kLanes;
}

/// Offset of a row of the side with a border.
ALWAYS_INLINE std::size_t norm_row(const Norm& g, int n, int block, int row) {
  const std::size_t plane = static_cast<std::size_t>(n) * g.blocks + block;
  return ((plane * g.pitch + row + g.border) * g.pitch + g.border) * kLanes;
}

/// Sums over all values of a block; add(n, row, sums) adds one row's.
template <int kSums, class Add>
ALWAYS_INLINE void norm_sums(const Norm& g, Vec (&total)[kSums], Add add) {
  UNROLL_FOR(i, kSums) total[i] = Vec{};
  for (int n = 0; n < g.pictures; ++n) {
    Vec picture[kSums] = {};
    for (int row = 0; row < g.side; ++row) {
      Vec sums[kSums] = {};
      add(n, row, sums);
      UNROLL_FOR(i, kSums) picture[i] += sums[i];
    }
    UNROLL_FOR(i, kSums) total[i] += picture[i];
  }
}

ALWAYS_INLINE float norm_share(const Norm& g) {
  return static_cast<float>(1.0 / (static_cast<double>(g.pictures) * g.side * g.side));
}

ALWAYS_INLINE Vec norm_inverse(const float* variance) { return 1.0f / square_root(load(variance) + kNormEpsilon); }

/// Two passes: the difference of large sums would cancel.
void norm_statistics(const Norm& g, const float* x, float* mean, float* variance) {
  for (int block = 0; block < g.blocks; ++block) {
    const auto row_of = [&](int n, int row) { return x + norm_plane(g, n, block) + row * g.side * kLanes; };
    Vec sum[1];
    norm_sums<1>(g, sum, [&](int n, int row, Vec(&sums)[1]) {
      const float* const values = row_of(n, row);
      for (int i = 0; i < g.side; ++i) sums[0] += load(values + i * kLanes);
    });
    const Vec middle = sum[0] * norm_share(g);
    norm_sums<1>(g, sum, [&](int n, int row, Vec(&sums)[1]) {
      const float* const values = row_of(n, row);
      for (int i = 0; i < g.side; ++i) {
        const Vec away = load(values + i * kLanes) - middle;
        sums[0] += away * away;
      }
    });
    store(mean + block * kLanes, middle);
    store(variance + block * kLanes, sum[0] * norm_share(g));
  }
}

void norm_forward(const Norm& g, const NormTerms& t, const float* x, float* y) {
  for (int n = 0; n < g.pictures; ++n) {
    for (int block = 0; block < g.blocks; ++block) {
      const Vec factor = load(t.scale + block * kLanes) * norm_inverse(t.variance + block * kLanes);
      const Vec mean = load(t.mean + block * kLanes);
      const Vec shift = load(t.shift + block * kLanes);
      const float* from = x + norm_plane(g, n, block);
      for (int row = 0; row < g.side; ++row) {
        float* const to = y + norm_row(g, n, block, row);
        for (int i = 0; i < g.side; ++i, from += kLanes) {
          store(to + i * kLanes, (load(from) - mean) * factor + shift);
        }
      }
    }
  }
}

/// With z = (x - mean) / deviation: dx = scale / deviation * (dy - mean of dy - z * mean of dy z).
void norm_backward(const Norm& g, const NormTerms& t, const NormBackward& b) {
  for (int block = 0; block < g.blocks; ++block) {
    const Vec mean = load(t.mean + block * kLanes);
    const Vec inverse = norm_inverse(t.variance + block * kLanes);
    Vec sum[2];
    norm_sums<2>(g, sum, [&](int n, int row, Vec(&sums)[2]) {
      const float* const x = b.x + norm_plane(g, n, block) + row * g.side * kLanes;
      const float* const gradient = b.y_gradient + norm_row(g, n, block, row);
      for (int i = 0; i < g.side; ++i) {
        const Vec dy = load(gradient + i * kLanes);
        sums[0] += dy;
        sums[1] += dy * ((load(x + i * kLanes) - mean) * inverse);
      }
    });
    float* const shift_gradient = b.shift_gradient + block * kLanes;
    float* const scale_gradient = b.scale_gradient + block * kLanes;
    store(shift_gradient, b.add ? load(shift_gradient) + sum[0] : sum[0]);
    store(scale_gradient, b.add ? load(scale_gradient) + sum[1] : sum[1]);
    const Vec factor = load(t.scale + block * kLanes) * inverse;
    const Vec mean_dy = sum[0] * norm_share(g);
    const Vec mean_product = sum[1] * norm_share(g) * inverse;
    for (int n = 0; n < g.pictures; ++n) {
      const std::size_t plane = norm_plane(g, n, block);
      for (int row = 0; row < g.side; ++row) {
        const std::size_t at = plane + row * g.side * kLanes;
        const float* const gradient = b.y_gradient + norm_row(g, n, block, row);
        for (int i = 0; i < g.side; ++i) {
          const Vec away = load(b.x + at + i * kLanes) - mean;
          store(b.x_gradient + at + i * kLanes, factor * (load(gradient + i * kLanes) - mean_dy - away * mean_product));
        }
      }
    }
  }
}

}  // namespace
}  // namespace crescendo
