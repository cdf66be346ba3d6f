#pragma once

#include "train/kernels/layout.h"
#include "train/kernels/pool.h"

// Fused direct forward: the 4 outputs of one pool window x 1 or 2 output blocks stay in registers over the whole sum,
// so that only the maximum and its position are written, a quarter of the full-resolution map.
// Used where Winograd does not pay: first stages (few channels), 1x1 and 7x7.

namespace crescendo {
namespace {

struct DirectScratch {
  DirectScratch(const Stage& s, Scratch& scratch)
      : packed(scratch.take<float>(static_cast<std::size_t>(planes(s)) * s.size * s.size * pixel_step(s) *
                                   s.out_blocks * kLanes)),
        partial(scratch.take<float>(static_cast<std::size_t>(s.pooled) * 4 * 2 * kLanes)) {}

  float* packed;   // weights: [group of output blocks][in_blocks][size * size * step][blocks of the group * W]
  float* partial;  // [column][window position][block][W]: sums over the input blocks so far, of one row of windows
};

/// Adds one input block's products to the window at x. weights: [kSize][kSize * kStep][kBlocks * W].
template <int kSize, int kStep, int kBlocks>
ALWAYS_INLINE void add_window(const float* x, std::size_t row_step, const float* weights, Vec (&sum)[4][kBlocks]) {
  constexpr int kRow = kSize * kStep;
  // Not more: GCC then keeps broadcast values for the next columns, for which the registers do not suffice.
  constexpr int kUnrolled = kStep == 1 ? kRow : kStep;
  for (int row = 0; row < kSize; ++row, x += row_step) {
    const float* const below = x + row_step;
#pragma GCC unroll 1
    for (int start = 0; start < kRow; start += kUnrolled) {
      UNROLL_FOR(i, kUnrolled) {
        const int j = start + i;
        Vec w[kBlocks];
        UNROLL_FOR(b, kBlocks) { w[b] = load_pinned(weights + b * kLanes); }
        weights += kBlocks * kLanes;
        UNROLL_FOR(q, 4) {
          const Vec value = pinned(broadcast((q < 2 ? x : below)[j + (q & 1) * kStep]));
          UNROLL_FOR(b, kBlocks) sum[q][b] += value * w[b];
        }
      }
    }
  }
}

/// All windows of picture n for `kBlocks` output blocks from `block` on.
template <int kSize, int kStep, int kBlocks>
void direct_picture(const Stage& s, const float* x, const float* packed, int block, const float* biases, int n,
                    float* out, std::uint8_t* choices, float* partial) {
  const std::size_t rows = row_step(s);
  const int in_planes = planes(s);
  Vec bias[kBlocks];
  for (int b = 0; b < kBlocks; ++b) bias[b] = load(biases + (block + b) * kLanes);
  for (int row = 0; row < s.pooled; ++row) {
    for (int plane = 0; plane < in_planes; ++plane) {
      const float* const weights = packed + static_cast<std::size_t>(plane) * kSize * kSize * kStep * kBlocks * kLanes;
      const float* window = x + plane * plane_step(s) + 2 * row * rows;
      float* part = partial;
      for (int column = 0; column < s.pooled; ++column, window += 2 * kStep, part += 4 * kBlocks * kLanes) {
        Vec sum[4][kBlocks];
        UNROLL_FOR(q, 4) UNROLL_FOR(b, kBlocks) sum[q][b] = plane ? load(part + (q * kBlocks + b) * kLanes) : Vec{};
        add_window<kSize, kStep, kBlocks>(window, rows, weights, sum);
        if (plane + 1 < in_planes) {
          UNROLL_FOR(q, 4) UNROLL_FOR(b, kBlocks) store(part + (q * kBlocks + b) * kLanes, sum[q][b]);
        } else {
          UNROLL_FOR(b, kBlocks) {
            pool_window(sum[0][b], sum[1][b], sum[2][b], sum[3][b], bias[b],
                        out + output_at(s, n, block + b, row, column),
                        choices + choice_at(s, n, block + b, row, column));
          }
        }
      }
    }
  }
}

/// Weights of the output blocks block .. block + blocks - 1, output channels innermost.
inline void pack_direct(const Stage& s, const float* weights, int block, int blocks, float* packed) {
  const int taps = s.size * s.size;
  const int step = pixel_step(s);
  for (int plane = 0; plane < planes(s); ++plane) {
    for (int tap = 0; tap < taps; ++tap) {
      for (int c = 0; c < step; ++c) {
        for (int o = block * kLanes; o < (block + blocks) * kLanes; ++o) {
          const std::size_t filter = static_cast<std::size_t>(plane) * s.filters + o;
          *packed++ = o < s.filters ? weights[(filter * taps + tap) * step + c] : 0.0f;
        }
      }
    }
  }
}

template <int kSize, int kStep>
void direct_steps(const Stage& s, const float* x, const float* weights, const float* biases, float* out,
                  std::uint8_t* choices, std::byte* block) {
  Scratch scratch(block);
  const DirectScratch space(s, scratch);
  const std::size_t packed_block = static_cast<std::size_t>(planes(s)) * kSize * kSize * kStep * kLanes;
  for_block_groups<false>(s.out_blocks, [&](int first, auto blocks) {
    pack_direct(s, weights, first, blocks, space.packed + first * packed_block);
  });
  for (int n = 0; n < s.pictures; ++n) {
    for_block_groups<false>(s.out_blocks, [&](int first, auto blocks) {
      direct_picture<kSize, kStep, decltype(blocks)::value>(s, x + n * picture_step(s),
                                                            space.packed + first * packed_block, first, biases, n, out,
                                                            choices, space.partial);
    });
  }
}

template <int kSize>
void direct_forward(const Stage& s, const float* x, const float* weights, const float* biases, float* out,
                    std::uint8_t* choices, std::byte* scratch) {
  if (!s.first) return direct_steps<kSize, kLanes>(s, x, weights, biases, out, choices, scratch);
  if (s.channels == 1) return direct_steps<kSize, 1>(s, x, weights, biases, out, choices, scratch);
  return direct_steps<kSize, 3>(s, x, weights, biases, out, choices, scratch);
}

}  // namespace
}  // namespace crescendo
