#pragma once

#include "train/kernels/live_list.h"

// Weight gradient of the first stage, whose 1 or 3 channels do not fill a vector: there the vector runs over the
// size * channels contiguous inputs of one row of the filter, 8 at a time whatever W.

namespace crescendo {
namespace {

typedef float Eight __attribute__((vector_size(32)));
typedef float LooseEight __attribute__((vector_size(32), aligned(4), may_alias));

/// gradient[row][j] += sum over the list of g * x[at + row * row_step + j], for kRows rows of `used` <= kVectors * 8
/// values. Reads whole vectors, up to 7 values behind the last one of x.
template <int kRows, int kVectors>
void first_stage_rows(const Live* live, const Live* end, const float* x, std::size_t row_step, int used,
                      float* gradient) {
  constexpr int kAtOnce = kRows * kVectors <= 5 ? 2 : 1;  // two entries at a time hide the latency of an FMA
  Eight sum[kAtOnce][kRows][kVectors] = {};
  for (; live + kAtOnce <= end; live += kAtOnce) {
    UNROLL_FOR(e, kAtOnce) UNROLL_FOR(row, kRows) UNROLL_FOR(v, kVectors) {
      sum[e][row][v] +=
          live[e].gradient * *reinterpret_cast<const LooseEight*>(x + live[e].at + row * row_step + v * 8);
    }
  }
  for (; live < end; ++live) {
    UNROLL_FOR(row, kRows) UNROLL_FOR(v, kVectors) {
      sum[0][row][v] += live->gradient * *reinterpret_cast<const LooseEight*>(x + live->at + row * row_step + v * 8);
    }
  }
  UNROLL_FOR(row, kRows) {
    LooseEight values[kVectors];
    UNROLL_FOR(v, kVectors) values[v] = kAtOnce == 2 ? sum[0][row][v] + sum[kAtOnce - 1][row][v] : sum[0][row][v];
    const float* const value = reinterpret_cast<const float*>(values);
    for (int j = 0; j < used; ++j) gradient[row * used + j] += value[j];
  }
}

/// gradient: [size][size][channels] of one filter.
template <int kSize>
void first_stage_filter(const Live* live, const Live* end, const float* x, std::size_t row_step, int channels,
                        float* gradient) {
  const int used = kSize * channels;
  const auto rows = [&](auto vectors) {
    constexpr int kVectors = decltype(vectors)::value;
    constexpr int kAbove = kVectors == 3 ? kSize / 2 + 1 : kSize;  // 7 rows of 3 vectors do not fit 16 registers
    first_stage_rows<kAbove, kVectors>(live, end, x, row_step, used, gradient);
    if constexpr (kAbove < kSize) {
      first_stage_rows<kSize - kAbove, kVectors>(live, end, x + kAbove * row_step, row_step, used,
                                                 gradient + kAbove * used);
    }
  };
  if (used <= 8) {
    rows(Constant<1>{});
  } else if (used <= 16) {
    rows(Constant<2>{});
  } else if constexpr (kSize == 7) {
    rows(Constant<3>{});
  }
}

}  // namespace
}  // namespace crescendo
