#pragma once

#include "train/kernels/dense.h"
#include "train/kernels/ops.h"
#include "train/kernels/update.h"

// One sweep over the weights: for each cache chunk of inputs the data gradient is computed from the old weights, then
// the weight gradient of a tile is summed over the batch in registers, and momentum and update are applied on the
// spot. The weight gradient is never stored (64x64 pictures, one 256 unit layer: 41 -> 22 ms), except where the batch
// runs as micro-batches.

namespace crescendo {
namespace {

struct DenseScratch {
  DenseScratch(const Dense& d, Scratch& scratch)
      : by_picture(scratch.take<float>(static_cast<std::size_t>(d.panels) * kPanel * d.batch)),
        by_output(scratch.take<float>(static_cast<std::size_t>(d.panels) * kPanel * d.batch_pitch)) {}

  // The output's gradient, padded with zeros to whole panels.
  float* by_picture;  // [panels][batch][2W]
  float* by_output;   // [panels][2W][batch_pitch]
};

/// x_gradient[kInputs][kVectors] += w g over one panel. weights: [kInputs][2W].
template <int kVectors, int kInputs>
NEVER_INLINE void dense_data_tile(const float* weights, std::ptrdiff_t ahead, const float* y_gradient, int pitch,
                                  float* x_gradient) {
  prefetch_rows<kInputs>(weights + ahead);
  Vec sum[kInputs][kVectors];
  UNROLL_FOR(i, kInputs) UNROLL_FOR(v, kVectors) {
    sum[i][v] = load(x_gradient + static_cast<std::size_t>(i) * pitch + v * kLanes);
  }
  for (int o = 0; o < kPanel; ++o) {
    UNROLL_FOR(v, kVectors) {
      Vec g = load(y_gradient + static_cast<std::size_t>(o) * pitch + v * kLanes);
      PIN(g);
      UNROLL_FOR(i, kInputs) sum[i][v] += weights[i * kPanel + o] * g;
    }
  }
  UNROLL_FOR(i, kInputs) UNROLL_FOR(v, kVectors) {
    store(x_gradient + static_cast<std::size_t>(i) * pitch + v * kLanes, sum[i][v]);
  }
}

struct DenseTile {
  float* weights;
  float* momenta;
  float* squares;  // null for SGD
  float* sums;
  std::ptrdiff_t ahead;  // to what is needed next (next_panel)
  bool add, update, decays;
};

/// Weight gradient of kInputs x 2W, and what is to be done with it. y_gradient: [batch][2W].
template <int kInputs, class Rule>
NEVER_INLINE void dense_weight_tile(const float* x, const float* y_gradient, int batch, int pitch,
                                    const DenseTile& tile, const Rule& rule) {
  prefetch_rows<kInputs>(tile.momenta + tile.ahead);
  Vec sum[kInputs][2] = {};
  for (int b = 0; b < batch; ++b) {
    Vec low = load(y_gradient + b * kPanel);
    Vec high = load(y_gradient + b * kPanel + kLanes);
    PIN(low);
    PIN(high);
    UNROLL_FOR(i, kInputs) {
      const float value = x[static_cast<std::size_t>(i) * pitch + b];
      sum[i][0] += value * low;
      sum[i][1] += value * high;
    }
  }
  UNROLL_FOR(i, kInputs) UNROLL_FOR(v, 2) {
    const int at = (i * 2 + v) * kLanes;
    if (tile.add) sum[i][v] += load(tile.sums + at);
    if (tile.update) {
      update_vector(tile.weights, tile.momenta, tile.squares, at, sum[i][v], rule, tile.decays);
    } else {
      store(tile.sums + at, sum[i][v]);
    }
  }
}

/// Fills the scratch and does the biases, which know no decay.
template <class Rule>
void dense_biases(const Dense& d, const DenseBackward& b, const Rule& rule, const DenseScratch& space) {
  const std::size_t pitch = d.batch_pitch;
  const std::size_t used = d.outputs * pitch;
  std::memcpy(space.by_output, b.y_gradient, used * sizeof(float));
  std::memset(space.by_output + used, 0, (d.panels * kPanel * pitch - used) * sizeof(float));
  for (int o = 0; o < d.panels * kPanel; ++o) {
    const float* const row = space.by_output + o * pitch;
    float* const column = space.by_picture + static_cast<std::size_t>(o / kPanel) * d.batch * kPanel + o % kPanel;
    float total = 0;
    for (int n = 0; n < d.batch; ++n) {
      column[n * kPanel] = row[n];
      total += row[n];
    }
    if (o >= d.outputs) continue;
    if (b.add) total += b.bias_sums[o];
    if (b.update) {
      update_value(b.biases, b.bias_momenta, b.bias_squares, o, total, rule);
    } else {
      b.bias_sums[o] = total;
    }
  }
}

/// Inputs `first` .. `end` - 1 of one panel, data gradient before the weights change.
template <class Rule>
void dense_panel(const Dense& d, const DenseBackward& b, const Rule& rule, const DenseScratch& space, int panel,
                 int first, int end) {
  const std::size_t pitch = d.batch_pitch;
  const std::size_t panel_at = static_cast<std::size_t>(panel) * d.inputs * kPanel;
  const float* const by_output = space.by_output + panel * kPanel * pitch;
  const float* const by_picture = space.by_picture + static_cast<std::size_t>(panel) * d.batch * kPanel;
  const float* const weights = b.weights + panel_at;
  const std::ptrdiff_t ahead = next_panel(d, panel);
  for_batch_groups(d.batch_pitch, [&](int column, auto vectors) {
    constexpr int kVectors = decltype(vectors)::value;
    for_tiles<kTileRows<kVectors>>(first, end, [&](int i, auto tile) {
      dense_data_tile<kVectors, decltype(tile)::value>(weights + static_cast<std::size_t>(i) * kPanel, ahead,
                                                       by_output + column, d.batch_pitch,
                                                       b.x_gradient + i * pitch + column);
    });
  });
  const bool decays = has_decay(rule.u);
  const auto tile = [&](int i) {
    const std::size_t at = panel_at + static_cast<std::size_t>(i) * kPanel;
    return DenseTile{b.weights + at,
                     b.weight_momenta + at,
                     b.weight_squares ? b.weight_squares + at : nullptr,
                     b.weight_sums ? b.weight_sums + at : nullptr,
                     ahead,
                     b.add,
                     b.update,
                     decays};
  };
  for_tiles<kTileRows<2>>(first, end, [&](int i, auto rows) {
    dense_weight_tile<decltype(rows)::value>(b.x + i * pitch, by_picture, d.batch, d.batch_pitch, tile(i), rule);
  });
}

void dense_backward(const Dense& d, const DenseBackward& b, const Update& u, std::byte* block) {
  Scratch scratch(block);
  const DenseScratch space(d, scratch);
  const std::size_t pitch = d.batch_pitch;
  if (d.relu) {
    for (std::size_t i = 0; i < d.outputs * pitch; ++i) b.y_gradient[i] = b.y[i] > 0.0f ? b.y_gradient[i] : 0.0f;
  }
  with_rule(u, [&](const auto& rule) {
    dense_biases(d, b, rule, space);
    for (int first = 0; first < d.inputs; first += kInputsAtOnce) {
      const int end = least(d.inputs, first + kInputsAtOnce);
      std::memset(b.x_gradient + first * pitch, 0, (end - first) * pitch * sizeof(float));
      for (int panel = 0; panel < d.panels; ++panel) dense_panel(d, b, rule, space, panel, first, end);
    }
  });
}

}  // namespace
}  // namespace crescendo
