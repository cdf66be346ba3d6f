#pragma once

#include "train/kernels/live_list.h"
#include "train/kernels/ops.h"

// dW[o][tap][c] = sum over the live windows of output o of g * x[position of the maximum + tap][c], later stages.
// The taps of one input block are the accumulators: an entry costs one broadcast and size * size FMAs with memory
// operands. The input is taken in chunks that stay in the first-level cache while all outputs run over them.

namespace crescendo {
namespace {

/// What one round of lists covers: a band of rows of one picture, or several small pictures whole.
struct Chunking {
  explicit Chunking(const Stage& s) {
    constexpr std::size_t kFloats = kRegisters == 32 ? 6000 : 4000;  // of one block; 16 to 24 KB were fastest
    const std::size_t plane = plane_step(s);
    const bool small = plane <= kFloats;
    pictures = small ? most(1, least(s.pictures, static_cast<int>(kFloats / plane))) : 1;
    rows = small ? s.pooled : most(1, (static_cast<int>(kFloats / row_step(s)) - s.size + 1) / 2);
    rows = least(rows, s.pooled);
  }
  int windows(const Stage& s) const { return pictures * rows * s.pooled; }

  int pictures, rows;
};

struct WeightGradientScratch {
  WeightGradientScratch(const Stage& s, Scratch& scratch)
      : capacity(static_cast<std::size_t>(Chunking(s).windows(s)) + kLanes),
        at(scratch.take<std::uint32_t>(static_cast<std::size_t>(s.out_blocks) * kLanes * capacity)),
        gradients(scratch.take<float>(static_cast<std::size_t>(s.out_blocks) * kLanes * capacity)),
        lengths(scratch.take<int>(static_cast<std::size_t>(s.out_blocks) * kLanes)),
        windows(scratch.take<Window>(Chunking(s).windows(s))),
        bias_sums(scratch.take<float>(static_cast<std::size_t>(s.out_blocks) * kLanes)) {}

  LiveList list(int output) const { return {at + output * capacity, gradients + output * capacity}; }

  std::size_t capacity;  // of one list
  std::uint32_t* at;     // [output][capacity]
  float* gradients;      // [output][capacity]
  int* lengths;          // [output]
  Window* windows;       // of a chunk, in order
  float* bias_sums;      // [output]
};

/// Lists of the W outputs of one block over the chunk: W windows are turned round at a time, so that each output's
/// lie in one vector. Sums the gradients for the bias. gradient, choices: of the chunk's first window.
inline void list_outputs(const Stage& s, const WeightGradientScratch& space, int windows, int block,
                         const float* gradient, const std::uint8_t* choices) {
  const int step = pixel_step(s);
  const int rows = static_cast<int>(row_step(s));
  int lengths[kLanes] = {};
  Vec bias = load(space.bias_sums + block * kLanes);
  for (int first = 0; first < windows; first += kLanes) {
    IntVec places[kLanes], values[kLanes];
    UNROLL_FOR(i, kLanes) {
      places[i] = IntVec{} - 1;
      values[i] = IntVec{};
      if (first + i < windows) {
        const Window& window = space.windows[first + i];
        places[i] = live_place(load_bytes(choices + window.choice), window.place, step, rows);
        values[i] = reinterpret_cast<IntVec>(load(gradient + window.gradient));
        bias += keep_where(places[i] >= 0, reinterpret_cast<Vec>(values[i]));
      }
    }
    transpose_square(places);
    transpose_square(values);
    UNROLL_FOR(k, kLanes) {
      const LiveList list = space.list(block * kLanes + k);
      lengths[k] +=
          append_live(places[k], reinterpret_cast<Vec>(values[k]), list.at + lengths[k], list.gradients + lengths[k]);
    }
  }
  store(space.bias_sums + block * kLanes, bias);
  for (int k = 0; k < kLanes; ++k) space.lengths[block * kLanes + k] = lengths[k];
}

/// Splits the size * size taps of a filter into passes whose accumulators fit the registers:
/// call(Constant<first tap>, Constant<tap behind the last>).
template <int kSize, int kFirst = 0, class Call>
ALWAYS_INLINE void for_tap_passes(Call call) {
  constexpr int kTaps = kSize * kSize;
  constexpr int kMost = kRegisters == 32 ? 25 : 13;
  constexpr int kPasses = (kTaps + kMost - 1) / kMost;
  constexpr int kEnd =
      kFirst + (kTaps + kPasses - 1) / kPasses < kTaps ? kFirst + (kTaps + kPasses - 1) / kPasses : kTaps;
  call(Constant<kFirst>{}, Constant<kEnd>{});
  if constexpr (kEnd < kTaps) for_tap_passes<kSize, kEnd>(call);
}

/// Taps kFirst .. kEnd - 1 of one output and input block; gradient: [size * size][W].
/// A function of its own, so that the loop's few addresses stay in registers.
template <int kSize, int kFirst, int kEnd>
NEVER_INLINE void add_weight_taps(const LiveList list, int length, const float* x, std::size_t row_step,
                                  float* gradient) {
  constexpr int kTaps = kEnd - kFirst;
  Vec sum[kTaps];
  UNROLL_FOR(t, kTaps) sum[t] = load(gradient + (kFirst + t) * kLanes);
  for (int i = 0; i < length; ++i) {
    const Vec value = pinned(broadcast(list.gradients[i]));
    const float* row = x + list.at[i] + kFirst / kSize * row_step;
    UNROLL_FOR(t, kTaps) {
      if (t > 0 && (kFirst + t) % kSize == 0) {
        row += row_step;
        PIN_ADDRESS(row);  // or GCC keeps every row's distance in a register, and spills them
      }
      sum[t] += value * load(row + (kFirst + t) % kSize * kLanes);
    }
  }
  UNROLL_FOR(t, kTaps) store(gradient + (kFirst + t) * kLanes, sum[t]);
}

template <int kSize>
void add_chunk(const Stage& s, const WeightGradientScratch& space, const float* x, float* gradient) {
  const std::size_t rows = row_step(s);
  for (int plane = 0; plane < s.in_blocks; ++plane, x += plane_step(s)) {
    for (int o = 0; o < s.filters; ++o, gradient += kSize * kSize * kLanes) {
      for_tap_passes<kSize>([&](auto first_tap, auto end_tap) {
        add_weight_taps<kSize, decltype(first_tap)::value, decltype(end_tap)::value>(space.list(o), space.lengths[o], x,
                                                                                     rows, gradient);
      });
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
      const int windows =
          list_chunk(s, least(chunking.pictures, s.pictures - n), least(chunking.rows, s.pooled - row), space.windows);
      for (int o = 0; o < s.out_blocks; ++o) {
        list_outputs(s, space, windows, o, b.out_gradient + output_at(s, n, o, row, 0),
                     b.choices + choice_at(s, n, o, row, 0));
      }
      add_chunk<kSize>(s, space, b.x + n * picture_step(s) + 2 * row * row_step(s), b.weight_gradient);
    }
  }
  for (int o = 0; o < s.filters; ++o) b.bias_gradient[o] += space.bias_sums[o];
}

}  // namespace
}  // namespace crescendo
