#pragma once

#include "train/kernels/layout.h"
#include "train/kernels/pool.h"

// Fused direct forward: the 4 outputs of one pool window x 1 or 2 output blocks stay in registers over the whole sum,
// so that only the maximum and its position are written, a quarter of the full-resolution map.
// Used where Winograd does not pay: first stages (few channels) and 1x1.

namespace crescendo {
namespace {

struct DirectScratch {
  DirectScratch(const Stage& s, Scratch& scratch)
      : partial(scratch.take<float>(static_cast<std::size_t>(s.pooled) * 4 * 2 * kLanes)) {}

  float* partial;  // [column][window position][block][W]: sums over the input blocks so far, of one row of windows
};

/// Packed weights: [group of output blocks][in_blocks][size * size * step][blocks of the group * W].
inline std::size_t direct_prepared_count(const Stage& s) {
  return static_cast<std::size_t>(planes(s)) * s.size * s.size * pixel_step(s) * s.out_blocks * kLanes;
}

/// Adds one input block's products to kWindows neighbouring windows from x on, and reads and writes their sums at
/// `partial`, [window][position][block][W]. weights: [kSize][kSize * kStep][kBlocks * W].
template <int kSize, int kStep, int kBlocks, int kWindows, bool kMore>
ALWAYS_INLINE void add_windows(const float* x, std::size_t row_step, const float* weights, const float* partial,
                               Vec (&sum)[kWindows][4][kBlocks]) {
  constexpr int kRow = kSize * kStep;
  // Not more: GCC then keeps broadcast values for the next columns, for which the registers do not suffice.
  constexpr int kUnrolled = kStep == 1 ? kRow : kStep;
  UNROLL_FOR(w, kWindows) UNROLL_FOR(q, 4) UNROLL_FOR(b, kBlocks) {
    sum[w][q][b] = kMore ? load(partial + ((w * 4 + q) * kBlocks + b) * kLanes) : Vec{};
  }
  for (int row = 0; row < kSize; ++row, x += row_step) {
    const float* const below = x + row_step;
#pragma GCC unroll 1
    for (int start = 0; start < kRow; start += kUnrolled) {
      UNROLL_FOR(i, kUnrolled) {
        const int j = start + i;
        Vec weight[kBlocks];
        UNROLL_FOR(b, kBlocks) { weight[b] = load_pinned(weights + b * kLanes); }
        weights += kBlocks * kLanes;
        UNROLL_FOR(w, kWindows) UNROLL_FOR(q, 4) {
          const Vec value = pinned(broadcast((q < 2 ? x : below)[j + (2 * w + (q & 1)) * kStep]));
          UNROLL_FOR(b, kBlocks) sum[w][q][b] += value * weight[b];
        }
      }
    }
  }
}

/// One row of windows of one picture and input block, for kBlocks output blocks.
template <int kSize, int kStep, int kBlocks>
class DirectRow {
 public:
  /// x: at the row's first window in this input block; partial: the row's sums over the input blocks so far.
  DirectRow(const Stage& s, const float* x, const float* weights, float* partial)
      : s_(s), x_(x), weights_(weights), partial_(partial), row_step_(row_step(s)) {}

  /// first: there are no sums yet.
  void accumulate(bool first) {
    run([&](int column, auto windows) {
      constexpr int kWindows = decltype(windows)::value;
      Vec sum[kWindows][4][kBlocks];
      add<kWindows>(column, first, sum);
      store_sums<kWindows>(column, sum);
    });
  }

  /// The last input block: the maxima go to out and choices, at the row's first window of the first output block.
  void finish(bool first, const float* biases, float* out, std::size_t out_block, std::uint8_t* choices,
              std::size_t choice_block) {
    Vec bias[kBlocks];
    for (int b = 0; b < kBlocks; ++b) bias[b] = load(biases + b * kLanes);
    run([&](int column, auto windows) {
      constexpr int kWindows = decltype(windows)::value;
      Vec sum[kWindows][4][kBlocks];
      add<kWindows>(column, first, sum);
      UNROLL_FOR(w, kWindows) UNROLL_FOR(b, kBlocks) {
        pool_window(sum[w][0][b], sum[w][1][b], sum[w][2][b], sum[w][3][b], bias[b],
                    out + b * out_block + (column + w) * kLanes, choices + b * choice_block + (column + w) * kLanes);
      }
    });
  }

 private:
  // Two blocks fill 16 registers with one window's sums and 32 with two windows'; fewer would wait for each other. With
  // 3 channels two windows were slower (m32's first stage: 1.61 ms, with two 1.86 ms, AVX-512).
  static constexpr int kAtOnce = (kRegisters == 32 && kStep != 3 ? 4 : 2) / kBlocks;

  template <class Call>
  ALWAYS_INLINE void run(Call call) const {
    int column = 0;
    for (; column + kAtOnce <= s_.pooled; column += kAtOnce) call(column, Constant<kAtOnce>{});
    if constexpr (kAtOnce > 1) {
      for (; column < s_.pooled; ++column) call(column, Constant<1>{});
    }
  }

  template <int kWindows>
  ALWAYS_INLINE void add(int column, bool first, Vec (&sum)[kWindows][4][kBlocks]) const {
    const float* const window = x_ + 2 * column * kStep;
    const float* const partial = partial_ + column * 4 * kBlocks * kLanes;
    if (kStep < kLanes || first) {  // a first stage has but one input block
      add_windows<kSize, kStep, kBlocks, kWindows, false>(window, row_step_, weights_, partial, sum);
    } else {
      add_windows<kSize, kStep, kBlocks, kWindows, true>(window, row_step_, weights_, partial, sum);
    }
  }

  template <int kWindows>
  ALWAYS_INLINE void store_sums(int column, const Vec (&sum)[kWindows][4][kBlocks]) const {
    UNROLL_FOR(w, kWindows) UNROLL_FOR(q, 4) UNROLL_FOR(b, kBlocks) {
      store(partial_ + (((column + w) * 4 + q) * kBlocks + b) * kLanes, sum[w][q][b]);
    }
  }

  const Stage& s_;
  const float* x_;
  const float* weights_;
  float* partial_;
  std::size_t row_step_;
};

/// All windows of picture n for `kBlocks` output blocks from `block` on.
template <int kSize, int kStep, int kBlocks>
void direct_picture(const Stage& s, const float* x, const float* packed, int block, const float* biases, int n,
                    float* out, std::uint8_t* choices, float* partial) {
  const int in_planes = planes(s);
  for (int row = 0; row < s.pooled; ++row) {
    for (int plane = 0; plane < in_planes; ++plane) {
      const float* const weights = packed + static_cast<std::size_t>(plane) * kSize * kSize * kStep * kBlocks * kLanes;
      DirectRow<kSize, kStep, kBlocks> windows(s, x + plane * plane_step(s) + 2 * row * row_step(s), weights, partial);
      if (plane + 1 < in_planes) {
        windows.accumulate(plane == 0);
      } else {
        windows.finish(plane == 0, biases + block * kLanes, out + output_at(s, n, block, row, 0),
                       output_at(s, n, 1, 0, 0) - output_at(s, n, 0, 0, 0), choices + choice_at(s, n, block, row, 0),
                       choice_at(s, n, 1, 0, 0) - choice_at(s, n, 0, 0, 0));
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

inline void direct_prepare(const Stage& s, const float* weights, float* prepared) {
  const std::size_t block = direct_prepared_count(s) / s.out_blocks;
  for_block_groups<2>(
      s.out_blocks, [&](int first, auto blocks) { pack_direct(s, weights, first, blocks, prepared + first * block); });
}

template <int kSize, int kStep>
void direct_steps(const Stage& s, const float* x, const float* prepared, const float* biases, float* out,
                  std::uint8_t* choices, std::byte* scratch_block) {
  Scratch scratch(scratch_block);
  const DirectScratch space(s, scratch);
  const std::size_t block = direct_prepared_count(s) / s.out_blocks;
  for (int n = 0; n < s.pictures; ++n) {
    for_block_groups<2>(s.out_blocks, [&](int first, auto blocks) {
      direct_picture<kSize, kStep, decltype(blocks)::value>(s, x + n * picture_step(s), prepared + first * block, first,
                                                            biases, n, out, choices, space.partial);
    });
  }
}

template <int kSize>
void direct_forward(const Stage& s, const float* x, const float* prepared, const float* biases, float* out,
                    std::uint8_t* choices, std::byte* scratch) {
  if (!s.first) return direct_steps<kSize, kLanes>(s, x, prepared, biases, out, choices, scratch);
  if (s.channels == 1) return direct_steps<kSize, 1>(s, x, prepared, biases, out, choices, scratch);
  return direct_steps<kSize, 3>(s, x, prepared, biases, out, choices, scratch);
}

}  // namespace
}  // namespace crescendo
