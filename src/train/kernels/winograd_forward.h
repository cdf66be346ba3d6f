#pragma once

#include "train/kernels/layout.h"
#include "train/kernels/pool.h"
#include "train/kernels/winograd_transforms.h"

// Fused Winograd forward: the T * T products are small matrix products over batches of tiles; the inverse transform
// of a tile holds whole pool windows, so bias, ReLU, maximum and its position are applied on the way out.

namespace crescendo {
namespace {

constexpr int kTiles = 48;  // a batch; half of it is a multiple of the tiles that a matrix product takes at once
constexpr int kMostBlocks = kRegisters == 32 ? 4 : 3;  // output blocks that it takes at once

/// Tiles of kOutputs x kOutputs outputs that cover the pooled part of all pictures.
template <int kOutputs>
struct TileGrid {
  explicit TileGrid(const Stage& s)
      : across((s.pooled + kOutputs / 2 - 1) / (kOutputs / 2)), count(s.pictures * across * across) {}
  struct Place {
    int picture, row, column;
  };
  Place place(int tile) const { return {tile / (across * across), tile / across % across, tile % across}; }

  int across, count;
};

/// From one of the T * T products to the next: a vector more than the data, so that they do not meet in one cache set.
template <int kBlocks>
constexpr std::size_t kResultStep = static_cast<std::size_t>(kTiles) * kBlocks* kLanes + kLanes;

struct WinogradScratch {
  WinogradScratch(const Stage& s, int products, Scratch& scratch)
      : input_step(static_cast<std::size_t>(kTiles) * s.in_blocks * kLanes + 16),
        inputs(scratch.take<float>(products * input_step)),
        results(scratch.take<float>(static_cast<std::size_t>(products) * kResultStep<kMostBlocks>)) {}

  std::size_t input_step;  // 64 bytes more than the data, so that the planes do not meet in one cache set
  float* inputs;           // [T * T][kTiles][in_blocks * W]
  float* results;          // [T * T][kTiles][blocks of the group * W]
};

/// Transformed filters: [group of output blocks][T * T][in_blocks * W][blocks of the group * W].
inline std::size_t winograd_prepared_count(const Stage& s, int products) {
  return static_cast<std::size_t>(products) * s.in_blocks * kLanes * s.out_blocks * kLanes;
}

template <int T, int kSize, int kBlocks>
void transform_filters(const Stage& s, const float* weights, int block, float* filters) {
  float g[T][kSize];
  filter_matrix<T, kSize>(g);
  const int inputs = s.in_blocks * kLanes;
  for (int in_block = 0; in_block < s.in_blocks; ++in_block) {
    for (int o = 0; o < kBlocks * kLanes; ++o) {
      Vec transformed[T * T] = {};
      const int filter = block * kLanes + o;
      if (filter < s.filters) {
        const std::size_t at = static_cast<std::size_t>(in_block) * s.filters + filter;
        transform_filter<T, kSize>(g, weights + at * kSize * kSize * kLanes, transformed);
      }
      for (int k = 0; k < T * T; ++k) {
        float* const to = filters + (static_cast<std::size_t>(k) * inputs + in_block * kLanes) * kBlocks * kLanes + o;
        for (int c = 0; c < kLanes; ++c) to[c * kBlocks * kLanes] = transformed[k][c];
      }
    }
  }
}

/// Tile at x (its first input block) -> inputs[T * T], `step` apart, one tile's channels in a row.
template <int T>
ALWAYS_INLINE void transform_tile(const Stage& s, const float* x, float* inputs, std::size_t step) {
  const std::size_t rows = row_step(s);
  for (int block = 0; block < s.in_blocks; ++block, x += plane_step(s), inputs += kLanes) {
    Vec d[T * T];
    UNROLL_FOR(j, T) {
      UNROLL_FOR(i, T) d[i * T + j] = load(x + i * rows + j * kLanes);
      transform_input<T>(d + j, T);
    }
    UNROLL_FOR(i, T) {
      transform_input<T>(d + i * T, 1);
      UNROLL_FOR(j, T) store(inputs + (i * T + j) * step, d[i * T + j]);
    }
  }
}

/// {kRows, inputs} * {inputs, kBlocks * W} -> {kRows, kBlocks * W}
template <int kRows, int kBlocks>
NEVER_INLINE void multiply(const float* left, const float* right, int inputs, float* product) {
  Vec sum[kRows][kBlocks];
  UNROLL_FOR(r, kRows) UNROLL_FOR(b, kBlocks) sum[r][b] = Vec{};
  for (int c = 0; c < inputs; ++c, right += kBlocks * kLanes) {
    Vec w[kBlocks];
    UNROLL_FOR(b, kBlocks) { w[b] = load_pinned(right + b * kLanes); }
    UNROLL_FOR(r, kRows) {
      const float value = left[static_cast<std::size_t>(r) * inputs + c];
      UNROLL_FOR(b, kBlocks) sum[r][b] += value * w[b];
    }
  }
  UNROLL_FOR(r, kRows) UNROLL_FOR(b, kBlocks) store(product + (r * kBlocks + b) * kLanes, sum[r][b]);
}

/// A' m A of one tile and block; results: T * T values `step` apart -> y[kOutputs * kOutputs].
template <int T, int kOutputs>
ALWAYS_INLINE void inverse_transform(const float* results, std::size_t step, Vec* y) {
  Vec half[T * kOutputs];  // [row of the outputs][column of the tile]
  UNROLL_FOR(j, T) {
    Vec column[T];
    UNROLL_FOR(i, T) column[i] = load(results + (i * T + j) * step);
    transform_output<T, kOutputs>(column, half + j, T);
  }
  UNROLL_FOR(i, kOutputs) transform_output<T, kOutputs>(half + i * T, y + i * kOutputs, 1);
}

/// One batch of tiles from `first_tile` on for kBlocks output blocks: matrix products, inverse transform, pooling.
template <int kOutputs, int kSize, int kBlocks>
void finish_tiles(const Stage& s, const WinogradScratch& space, const TileGrid<kOutputs>& grid, int first_tile,
                  int tiles, int block, const float* prepared, const float* biases, float* out, std::uint8_t* choices) {
  constexpr int T = kOutputs + kSize - 1;
  // 12 or 24 accumulators; the last product may run into unused tiles.
  constexpr int kRows = (kRegisters == 32 ? 24 : 12) / most(kBlocks, 2);
  constexpr int kWindows = kOutputs / 2;  // across a tile
  const int inputs = s.in_blocks * kLanes;
  const std::size_t step = kResultStep<kBlocks>;
  const float* const filters = prepared + static_cast<std::size_t>(block) * kLanes * T * T * inputs;
  for (int k = 0; k < T * T; ++k) {
    for (int t = 0; t < tiles; t += kRows) {
      multiply<kRows, kBlocks>(space.inputs + k * space.input_step + static_cast<std::size_t>(t) * inputs,
                               filters + static_cast<std::size_t>(k) * inputs * kBlocks * kLanes, inputs,
                               space.results + k * step + static_cast<std::size_t>(t) * kBlocks * kLanes);
    }
  }
  for (int b = 0; b < kBlocks; ++b) {
    const Vec bias = load(biases + (block + b) * kLanes);
    for (int t = 0; t < tiles; ++t) {
      const auto [n, tile_row, tile_column] = grid.place(first_tile + t);
      Vec y[kOutputs * kOutputs];
      inverse_transform<T, kOutputs>(space.results + static_cast<std::size_t>(t * kBlocks + b) * kLanes, step, y);
      UNROLL_FOR(i, kWindows) {
        UNROLL_FOR(j, kWindows) {
          const int row = tile_row * kWindows + i;
          const int column = tile_column * kWindows + j;
          if (kWindows > 1 && (row >= s.pooled || column >= s.pooled)) continue;
          const Vec* const v = y + 2 * i * kOutputs + 2 * j;
          pool_window(v[0], v[1], v[kOutputs], v[kOutputs + 1], bias, out + output_at(s, n, block + b, row, column),
                      choices + choice_at(s, n, block + b, row, column));
        }
      }
    }
  }
}

template <int kOutputs, int kSize>
void winograd_prepare(const Stage& s, const float* weights, float* prepared) {
  constexpr int T = kOutputs + kSize - 1;
  for_block_groups<kMostBlocks>(s.out_blocks, [&](int first, auto blocks) {
    transform_filters<T, kSize, decltype(blocks)::value>(
        s, weights, first, prepared + static_cast<std::size_t>(first) * kLanes * T * T * s.in_blocks * kLanes);
  });
}

template <int kOutputs, int kSize>
void winograd_forward(const Stage& s, const float* x, const float* prepared, const float* biases, float* out,
                      std::uint8_t* choices, std::byte* block) {
  constexpr int T = kOutputs + kSize - 1;
  Scratch scratch(block);
  const WinogradScratch space(s, T * T, scratch);
  const TileGrid<kOutputs> grid(s);
  const int inputs = s.in_blocks * kLanes;
  // Half a batch at a time is nearer to the core; a whole one where that is all there is.
  const int at_once = grid.count > kTiles ? kTiles / 2 : kTiles;
  for (int first_tile = 0; first_tile < grid.count; first_tile += at_once) {
    const int tiles = least(at_once, grid.count - first_tile);
    for (int t = 0; t < tiles; ++t) {
      const auto [n, row, column] = grid.place(first_tile + t);
      const float* const corner =
          x + n * picture_step(s) + row * kOutputs * row_step(s) + static_cast<std::size_t>(column) * kOutputs * kLanes;
      transform_tile<T>(s, corner, space.inputs + static_cast<std::size_t>(t) * inputs, space.input_step);
    }
    for_block_groups<kMostBlocks>(s.out_blocks, [&](int first, auto blocks) {
      finish_tiles<kOutputs, kSize, decltype(blocks)::value>(s, space, grid, first_tile, tiles, first, prepared, biases,
                                                             out, choices);
    });
  }
}

}  // namespace
}  // namespace crescendo
