#pragma once

#include "train/kernels/live_list.h"

// dX[position + tap][c] += sum over the outputs whose maximum lies at `position` of g * w[o][tap][c].
// The outputs of each pooled pixel are sorted into 4 lists by the position of their maximum, 64 outputs at a time;
// the taps of one input block are the accumulators. The weight layout is the one that the weight gradient uses.

namespace crescendo {
namespace {

constexpr int kOutputsAtOnce = 64;  // a multiple of every W

struct DataGradientScratch {
  DataGradientScratch(const Stage& s, Scratch& scratch)
      : pictures(most(1, least(s.pictures, 128 / (s.pooled * s.pooled)))),
        pixels(static_cast<std::size_t>(pictures) * s.pooled * s.pooled),
        lists(scratch.take<Live>(pixels * kOutputsAtOnce)),
        starts(scratch.take<std::uint32_t>(pixels * 4 + 1)) {}

  int pictures;  // one round: small ones are taken together so that the weights are read less often
  std::size_t pixels;
  Live* lists;
  std::uint32_t* starts;  // [picture][row][column][position]; the next one's start is this one's end
};

struct Round {
  int first_picture, end_picture, first_block, end_block;
};

/// Sorts the outputs of the round's blocks by position. A list entry's place is its output's offset in the weights.
inline void sort_outputs(const Stage& s, const Round& round, const float* out_gradient, const std::uint8_t* choices,
                         const DataGradientScratch& space) {
  const int filter_step = s.size * s.size * kLanes;
  IntVec lane;
  for (int k = 0; k < kLanes; ++k) lane[k] = k;
  std::uint32_t total = 0;
  std::uint32_t* start = space.starts;
  for (int n = round.first_picture; n < round.end_picture; ++n) {
    for (int row = 0; row < s.pooled; ++row) {
      for (int column = 0; column < s.pooled; ++column) {
        Live sorted[4][kOutputsAtOnce + 1];
        Live* ends[4] = {sorted[0], sorted[1], sorted[2], sorted[3]};
        for (int block = round.first_block; block < round.end_block; ++block) {
          const float* const gradient = out_gradient + output_at(s, n, block, row, column);
          const std::uint8_t* const choice = choices + choice_at(s, n, block, row, column);
          alignas(64) Live entries[kLanes];
          make_entries(gradient, block * kLanes * filter_step + lane * filter_step, entries);
          UNROLL_FOR(k, kLanes) {
            const int position = choice[k];
            std::memcpy(ends[position & 3], entries + k, sizeof(Live));
            ends[position & 3] += position < 4;
          }
        }
        for (int position = 0; position < 4; ++position) {
          const std::size_t length = ends[position] - sorted[position];
          *start++ = total;
          std::memcpy(space.lists + total, sorted[position], length * sizeof(Live));
          total += static_cast<std::uint32_t>(length);
        }
      }
    }
  }
  *start = total;
}

/// Taps kFirst .. kEnd - 1 around one position.
template <int kSize, int kFirst, int kEnd>
ALWAYS_INLINE void add_data_taps(const Live* live, const Live* end, const float* weights, std::size_t row_step,
                                 float* x_gradient) {
  constexpr int kTaps = kEnd - kFirst;
  Vec sum[kTaps];
  UNROLL_FOR(t, kTaps) { sum[t] = load(x_gradient + (kFirst + t) / kSize * row_step + (kFirst + t) % kSize * kLanes); }
  for (; live < end; ++live) {
    const float* const filter = weights + live->at;
    UNROLL_FOR(t, kTaps) sum[t] += live->gradient * load(filter + (kFirst + t) * kLanes);
  }
  UNROLL_FOR(t, kTaps) { store(x_gradient + (kFirst + t) / kSize * row_step + (kFirst + t) % kSize * kLanes, sum[t]); }
}

/// 3x3: the two positions of one window row share a 3x4 patch in 12 accumulators.
ALWAYS_INLINE void add_position_pair(const Live* left, const Live* right, const Live* end, const float* weights,
                                     std::size_t row_step, float* x_gradient) {
  Vec sum[3][4];
  UNROLL_FOR(t, 12) sum[t / 4][t % 4] = load(x_gradient + t / 4 * row_step + t % 4 * kLanes);
  for (; left < right; ++left) {
    const float* const filter = weights + left->at;
    UNROLL_FOR(t, 9) sum[t / 3][t % 3] += left->gradient * load(filter + t * kLanes);
  }
  for (; right < end; ++right) {
    const float* const filter = weights + right->at;
    UNROLL_FOR(t, 9) sum[t / 3][t % 3 + 1] += right->gradient * load(filter + t * kLanes);
  }
  UNROLL_FOR(t, 12) store(x_gradient + t / 4 * row_step + t % 4 * kLanes, sum[t / 4][t % 4]);
}

/// One window: starts[0..4] bound the lists of its 4 positions.
template <int kSize, int kFirst, int kEnd>
ALWAYS_INLINE void add_window_gradient(const Live* lists, const std::uint32_t* starts, const float* weights,
                                       std::size_t row_step, float* x_gradient) {
  if constexpr (kSize == 3) {
    add_position_pair(lists + starts[0], lists + starts[1], lists + starts[2], weights, row_step, x_gradient);
    add_position_pair(lists + starts[2], lists + starts[3], lists + starts[4], weights, row_step,
                      x_gradient + row_step);
  } else {
    for (int position = 0; position < 4; ++position) {
      if (starts[position] == starts[position + 1]) continue;
      add_data_taps<kSize, kFirst, kEnd>(lists + starts[position], lists + starts[position + 1], weights, row_step,
                                         x_gradient + (position >> 1) * row_step + (position & 1) * kLanes);
    }
  }
}

template <int kSize>
void add_round(const Stage& s, const Round& round, const DataGradientScratch& space, int in_block,
               const float* all_weights, float* x_gradient) {
  const float* const weights = all_weights + static_cast<std::size_t>(in_block) * s.filters * kSize * kSize * kLanes;
  for_tap_passes<kSize>([&](auto first_tap, auto end_tap) {
    const std::uint32_t* starts = space.starts;
    for (int n = round.first_picture; n < round.end_picture; ++n) {
      for (int row = 0; row < s.pooled; ++row) {
        float* window = x_gradient + n * picture_step(s) + in_block * plane_step(s) + 2 * row * row_step(s);
        for (int column = 0; column < s.pooled; ++column, window += 2 * kLanes, starts += 4) {
          add_window_gradient<kSize, decltype(first_tap)::value, decltype(end_tap)::value>(space.lists, starts, weights,
                                                                                           row_step(s), window);
        }
      }
    }
  });
}

/// Writes the gradient of the whole input, its border included (which nobody reads).
template <int kSize>
void data_gradient(const Stage& s, const StageBackward& b, std::byte* block) {
  Scratch scratch(block);
  const DataGradientScratch space(s, scratch);
  constexpr int kBlocksAtOnce = kOutputsAtOnce / kLanes;
  for (int n = 0; n < s.pictures; n += space.pictures) {
    for (int o = 0; o < s.out_blocks; o += kBlocksAtOnce) {
      const Round round{n, least(s.pictures, n + space.pictures), o, least(s.out_blocks, o + kBlocksAtOnce)};
      sort_outputs(s, round, b.out_gradient, b.choices, space);
      for (int in_block = 0; in_block < s.in_blocks; ++in_block) {
        for (int m = n; o == 0 && m < round.end_picture; ++m) {
          std::memset(b.x_gradient + m * picture_step(s) + in_block * plane_step(s), 0, plane_step(s) * sizeof(float));
        }
        add_round<kSize>(s, round, space, in_block, b.weights, b.x_gradient);
      }
    }
  }
}

}  // namespace
}  // namespace crescendo
