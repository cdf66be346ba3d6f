#pragma once

#include "train/kernels/first_stage_gradient.h"
#include "train/kernels/live_list.h"

// dW[o][tap][c] = sum over the live windows of output o of g * x[position of the maximum + tap][c].
// The taps of one input block are the accumulators: an entry costs one broadcast and size * size FMAs with memory
// operands. The input is taken in chunks that stay in the first-level cache while all outputs run over them.

namespace crescendo {
namespace {

/// What one round of lists covers: a band of rows of one picture, or several small pictures whole.
struct Chunking {
  explicit Chunking(const Stage& s) {
    constexpr std::size_t kFloats = 4000;  // 16 KB; 16 to 20 KB were fastest with 32 KB of cache
    const std::size_t plane = plane_step(s);
    const bool small = plane <= kFloats;
    pictures = small ? most(1, least(s.pictures, static_cast<int>(kFloats / plane))) : 1;
    rows = small ? s.pooled : most(1, (static_cast<int>(kFloats / row_step(s)) - s.size + 1) / 2);
  }
  std::size_t windows(const Stage& s) const {
    return static_cast<std::size_t>(pictures) * least(rows, s.pooled) * s.pooled;
  }

  int pictures, rows;
};

struct WeightGradientScratch {
  WeightGradientScratch(const Stage& s, Scratch& scratch)
      : capacity(Chunking(s).windows(s) + 1),
        lists(scratch.take<Live>(static_cast<std::size_t>(s.out_blocks) * kLanes * capacity)),
        lengths(scratch.take<std::size_t>(static_cast<std::size_t>(s.out_blocks) * kLanes)),
        bias_sums(scratch.take<float>(static_cast<std::size_t>(s.out_blocks) * kLanes)) {}

  std::size_t capacity;  // of one list; one more than the windows, since a dead window is written and then overwritten
  Live* lists;           // [output][capacity]
  std::size_t* lengths;  // [output]
  float* bias_sums;      // [output]
};

struct Chunk {
  int first_picture, end_picture, first_row, end_row;
};

/// Lists of one output block over the chunk, places relative to its first picture; sums the gradients for the bias.
inline void list_windows(const Stage& s, const Chunk& chunk, const float* out_gradient, const std::uint8_t* choices,
                         int block, const WeightGradientScratch& space) {
  const int step = pixel_step(s);
  const int rows = static_cast<int>(row_step(s));
  Live* const lists = space.lists + static_cast<std::size_t>(block) * kLanes * space.capacity;
  Live* ends[kLanes];
  for (int k = 0; k < kLanes; ++k) ends[k] = lists + k * space.capacity;
  Vec bias = load(space.bias_sums + block * kLanes);
  for (int n = chunk.first_picture; n < chunk.end_picture; ++n) {
    for (int row = chunk.first_row; row < chunk.end_row; ++row) {
      const float* gradient = out_gradient + output_at(s, n, block, row, 0);
      const std::uint8_t* choice = choices + choice_at(s, n, block, row, 0);
      int window = static_cast<int>((n - chunk.first_picture) * picture_step(s)) + 2 * row * rows;
      for (int column = 0; column < s.pooled; ++column) {
        const IntVec position = load_bytes(choice);
        const IntVec live = position != 255;
        bias += keep_where(live, load(gradient));
        alignas(64) Live entries[kLanes];
        alignas(64) std::int32_t advance[kLanes];
        make_entries(gradient, window + (position & 1) * step + ((position >> 1) & 1) * rows, entries);
        *reinterpret_cast<LooseIntVec*>(advance) = live;
        // Written in any case and kept by moving the end: no branch. A true comparison is -1.
        UNROLL_FOR(k, kLanes) {
          std::memcpy(ends[k], entries + k, sizeof(Live));
          ends[k] -= advance[k];
        }
        gradient += kLanes;
        choice += kLanes;
        window += 2 * step;
      }
    }
  }
  store(space.bias_sums + block * kLanes, bias);
  for (int k = 0; k < kLanes; ++k) space.lengths[block * kLanes + k] = ends[k] - (lists + k * space.capacity);
}

/// Taps kFirst .. kEnd - 1 of one output and input block; gradient: [size * size][W].
template <int kSize, int kFirst, int kEnd>
ALWAYS_INLINE void add_weight_taps(const Live* live, const Live* end, const float* x, std::size_t row_step,
                                   float* gradient) {
  constexpr int kTaps = kEnd - kFirst;
  Vec sum[kTaps];
  UNROLL_FOR(t, kTaps) sum[t] = load(gradient + (kFirst + t) * kLanes);
  for (; live < end; ++live) {
    const float* const window = x + live->at;
    UNROLL_FOR(t, kTaps) {
      sum[t] += live->gradient * load(window + (kFirst + t) / kSize * row_step + (kFirst + t) % kSize * kLanes);
    }
  }
  UNROLL_FOR(t, kTaps) store(gradient + (kFirst + t) * kLanes, sum[t]);
}

template <int kSize>
void add_chunk(const Stage& s, const WeightGradientScratch& space, const float* x, float* gradient) {
  const std::size_t rows = row_step(s);
  for (int plane = 0; plane < planes(s); ++plane, x += plane_step(s)) {
    for (int o = 0; o < s.filters; ++o) {
      const Live* const live = space.lists + o * space.capacity;
      const Live* const end = live + space.lengths[o];
      if (s.first) {
        first_stage_filter<kSize>(live, end, x, rows, s.channels, gradient);
        gradient += kSize * kSize * s.channels;
      } else {
        for_tap_passes<kSize>([&](auto first_tap, auto end_tap) {
          add_weight_taps<kSize, decltype(first_tap)::value, decltype(end_tap)::value>(live, end, x, rows, gradient);
        });
        gradient += kSize * kSize * kLanes;
      }
    }
  }
}

/// Weight and bias gradients over all pictures; added to what is there where b.add.
template <int kSize>
void weight_gradient(const Stage& s, const StageBackward& b, std::byte* block) {
  Scratch scratch(block);
  const WeightGradientScratch space(s, scratch);
  const std::size_t bias_bytes = static_cast<std::size_t>(s.out_blocks) * kLanes * sizeof(float);
  std::memset(space.bias_sums, 0, bias_bytes);
  if (!b.add) {
    std::memset(b.weight_gradient, 0, weights_used(s) * sizeof(float));
    std::memset(b.bias_gradient, 0, bias_bytes);
  }
  const Chunking chunking(s);
  for (int n = 0; n < s.pictures; n += chunking.pictures) {
    for (int row = 0; row < s.pooled; row += chunking.rows) {
      const Chunk chunk{n, least(s.pictures, n + chunking.pictures), row, least(s.pooled, row + chunking.rows)};
      for (int o = 0; o < s.out_blocks; ++o) list_windows(s, chunk, b.out_gradient, b.choices, o, space);
      add_chunk<kSize>(s, space, b.x + n * picture_step(s), b.weight_gradient);
    }
  }
  for (int o = 0; o < s.filters; ++o) b.bias_gradient[o] += space.bias_sums[o];
}

}  // namespace
}  // namespace crescendo
