#pragma once

#include "train/kernels/live_list.h"
#include "train/kernels/ops.h"

// dX[position + tap][c] += sum over the outputs whose maximum lies at `position` of g * w[o][tap][c].
// The outputs of each pooled pixel are sorted into 4 lists by the position of their maximum, 64 outputs at a time. The
// accumulators are a patch of the input's gradient that slides along a row of windows: what two neighbouring windows
// share stays in registers. The weight layout is the one that the weight gradient uses.

namespace crescendo {
namespace {

constexpr int kOutputsAtOnce = 64;  // a multiple of every W

struct DataGradientScratch {
  DataGradientScratch(const Stage& s, Scratch& scratch)
      : pictures(most(1, least(s.pictures, 128 / (s.pooled * s.pooled)))),
        windows(static_cast<std::size_t>(pictures) * s.pooled * s.pooled) {
    for (int position = 0; position < 4; ++position) {
      lists[position].at = scratch.take<std::uint32_t>(windows * kOutputsAtOnce + kLanes);
      lists[position].gradients = scratch.take<float>(windows * kOutputsAtOnce + kLanes);
      ends[position] = scratch.take<int>(windows);
    }
  }

  int pictures;  // one round: small ones are taken together so that the weights are read less often
  std::size_t windows;
  LiveList lists[4];  // one a position, over all windows in order; a place is an output's offset in the weights
  int* ends[4];       // [window]: where its entries end; they begin where those of the window before it end
};

struct Round {
  int first_picture, end_picture, first_block, end_block;
};

/// Sorts the outputs of the round's blocks by position.
inline void sort_outputs(const Stage& s, const Round& round, const float* out_gradient, const std::uint8_t* choices,
                         const DataGradientScratch& space) {
  const int filter_step = s.size * s.size * kLanes;
  IntVec lane;
  for (int k = 0; k < kLanes; ++k) lane[k] = k * filter_step;
  int length[4] = {};
  int window = 0;
  for (int n = round.first_picture; n < round.end_picture; ++n) {
    for (int row = 0; row < s.pooled; ++row) {
      for (int column = 0; column < s.pooled; ++column, ++window) {
        for (int block = round.first_block; block < round.end_block; ++block) {
          const Vec gradient = load(out_gradient + output_at(s, n, block, row, column));
          const IntVec choice = load_bytes(choices + choice_at(s, n, block, row, column));
          const IntVec place = lane + block * kLanes * filter_step;
          UNROLL_FOR(p, 4) {
            length[p] += append_live(place | (choice != p), gradient, space.lists[p].at + length[p],
                                     space.lists[p].gradients + length[p]);
          }
        }
        UNROLL_FOR(p, 4) space.ends[p][window] = length[p];
      }
    }
  }
}

/// A patch of the input's gradient: what tap rows kFirst .. kEnd - 1 reach from the positions of kPositionRows rows.
template <int kSize, int kFirst, int kEnd, int kPositionRows>
struct Patch {
  static constexpr int kRows = kEnd - kFirst + kPositionRows - 1;
  static constexpr int kColumns = kSize + 1;
  static constexpr int kShared = kColumns - 2;  // with the next window

  /// x_gradient: at the patch's first row, of the columns from kFrom on.
  template <int kFrom>
  ALWAYS_INLINE void read(const float* x_gradient, std::size_t row_step) {
    UNROLL_FOR(r, kRows) {
      UNROLL_FOR(c, kColumns - kFrom) sum[r][kFrom + c] = load(x_gradient + r * row_step + (kFrom + c) * kLanes);
    }
  }

  template <int kColumnCount>
  ALWAYS_INLINE void write(float* x_gradient, std::size_t row_step) const {
    UNROLL_FOR(r, kRows) UNROLL_FOR(c, kColumnCount) store(x_gradient + r * row_step + c * kLanes, sum[r][c]);
  }

  ALWAYS_INLINE void slide() { UNROLL_FOR(r, kRows) UNROLL_FOR(c, kShared) sum[r][c] = sum[r][c + 2]; }

  /// Entries first .. end - 1 of the list of position (kRow, kColumn).
  template <int kRow, int kColumn>
  ALWAYS_INLINE void add(const LiveList& list, int first, int end, const float* weights) {
    for (int i = first; i < end; ++i) {
      const float* const filter = weights + list.at[i];
      UNROLL_FOR(r, kEnd - kFirst) UNROLL_FOR(c, kSize) {
        sum[r + kRow][c + kColumn] += list.gradients[i] * load(filter + ((kFirst + r) * kSize + c) * kLanes);
      }
    }
  }

  Vec sum[kRows][kColumns];
};

/// One row of windows; `window` is the number of its first one. kPosition: the first of kPositionRows * 2 positions.
template <int kSize, int kFirst, int kEnd, int kPosition, int kPositionRows>
ALWAYS_INLINE void add_window_row(const Stage& s, const DataGradientScratch& space, int window, const float* weights,
                                  float* x_gradient) {
  using RowPatch = Patch<kSize, kFirst, kEnd, kPositionRows>;
  const std::size_t rows = row_step(s);
  float* at = x_gradient + (kFirst + kPosition / 2) * rows;
  int begin[2 * kPositionRows];
  UNROLL_FOR(p, 2 * kPositionRows) begin[p] = window > 0 ? space.ends[kPosition + p][window - 1] : 0;
  RowPatch patch;
  patch.template read<0>(at, rows);
  for (int column = 0;;) {
    const auto add = [&](auto row, auto side) {
      constexpr int p = decltype(row)::value * 2 + decltype(side)::value;
      const int end = space.ends[kPosition + p][window];
      patch.template add<decltype(row)::value, decltype(side)::value>(space.lists[kPosition + p], begin[p], end,
                                                                      weights);
      begin[p] = end;
    };
    add(Constant<0>{}, Constant<0>{});
    add(Constant<0>{}, Constant<1>{});
    if constexpr (kPositionRows == 2) {
      add(Constant<1>{}, Constant<0>{});
      add(Constant<1>{}, Constant<1>{});
    }
    ++window;
    if (++column == s.pooled) break;
    patch.template write<2>(at, rows);
    patch.slide();
    at += 2 * kLanes;
    patch.template read<RowPatch::kShared>(at, rows);
  }
  patch.template write<RowPatch::kColumns>(at, rows);
}

/// All passes over one row of windows: as many tap rows, and both rows of positions, as the registers hold.
template <int kSize, int kFirst = 0>
ALWAYS_INLINE void add_window_rows(const Stage& s, const DataGradientScratch& space, int window, const float* weights,
                                   float* x_gradient) {
  constexpr int kMost = kRegisters == 32 ? 30 : 12;
  if constexpr ((kSize + 1) * (kSize + 1) <= kMost) {
    add_window_row<kSize, 0, kSize, 0, 2>(s, space, window, weights, x_gradient);
  } else {
    constexpr int kRows = most(1, kMost / (kSize + 1));
    constexpr int kPasses = (kSize + kRows - 1) / kRows;
    constexpr int kEnd = least(kSize, kFirst + (kSize + kPasses - 1) / kPasses);
    add_window_row<kSize, kFirst, kEnd, 0, 1>(s, space, window, weights, x_gradient);
    add_window_row<kSize, kFirst, kEnd, 2, 1>(s, space, window, weights, x_gradient);
    if constexpr (kEnd < kSize) add_window_rows<kSize, kEnd>(s, space, window, weights, x_gradient);
  }
}

/// fresh: the first round of these pictures, which finds no sums. Rows are cleared just before they are written.
template <int kSize>
void add_round(const Stage& s, const Round& round, const DataGradientScratch& space, int in_block,
               const float* all_weights, bool fresh, float* x_gradient) {
  const float* const weights = all_weights + static_cast<std::size_t>(in_block) * s.filters * kSize * kSize * kLanes;
  int window = 0;
  for (int n = round.first_picture; n < round.end_picture; ++n) {
    float* const plane = x_gradient + n * picture_step(s) + in_block * plane_step(s);
    const auto clear = [&](int first, int end) {
      if (fresh) std::memset(plane + first * row_step(s), 0, (end - first) * row_step(s) * sizeof(float));
    };
    clear(0, kSize - 1);
    clear(2 * s.pooled + kSize - 1, s.pitch);
    for (int row = 0; row < s.pooled; ++row, window += s.pooled) {
      clear(2 * row + kSize - 1, 2 * row + kSize + 1);
      add_window_rows<kSize>(s, space, window, weights, plane + 2 * row * row_step(s));
    }
  }
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
        add_round<kSize>(s, round, space, in_block, b.weights, o == 0, b.x_gradient);
      }
    }
  }
}

}  // namespace
}  // namespace crescendo
