#pragma once

#include "train/kernels/dense.h"

namespace crescendo {
namespace {

/// y[kOutputs][kVectors] += w' x over `inputs` values. weights: [inputs][2W], at the first output.
template <int kVectors, int kOutputs>
NEVER_INLINE void dense_forward_tile(const float* x, const float* weights, std::ptrdiff_t ahead, int inputs, int pitch,
                                     float* y) {
  Vec sum[kOutputs][kVectors];
  UNROLL_FOR(o, kOutputs) UNROLL_FOR(v, kVectors) {
    sum[o][v] = load(y + static_cast<std::size_t>(o) * pitch + v * kLanes);
  }
  for (int i = 0; i < inputs; ++i, x += pitch, weights += kPanel) {
    __builtin_prefetch(weights + ahead, 0, 2);
    UNROLL_FOR(v, kVectors) {
      Vec value = load(x + v * kLanes);
      PIN(value);
      UNROLL_FOR(o, kOutputs) sum[o][v] += weights[o] * value;
    }
  }
  UNROLL_FOR(o, kOutputs) UNROLL_FOR(v, kVectors) {
    store(y + static_cast<std::size_t>(o) * pitch + v * kLanes, sum[o][v]);
  }
}

/// y = W x + b, with ReLU where the layer has one.
void dense_forward(const Dense& d, const float* x, const float* weights, const float* biases, float* y) {
  const std::size_t pitch = d.batch_pitch;
  for (int o = 0; o < d.outputs; ++o) {
    for (int b = 0; b < d.batch_pitch; ++b) y[o * pitch + b] = b < d.batch ? biases[o] : 0.0f;
  }
  for (int input = 0; input < d.inputs; input += kInputsAtOnce) {
    const int inputs = least(kInputsAtOnce, d.inputs - input);
    for (int panel = 0; panel < d.panels; ++panel) {
      const float* const panel_weights = weights + (static_cast<std::size_t>(panel) * d.inputs + input) * kPanel;
      const int outputs = least(kPanel, d.outputs - panel * kPanel);
      for_batch_groups(d.batch_pitch, [&](int column, auto vectors) {
        constexpr int kVectors = decltype(vectors)::value;
        float* const rows = y + panel * kPanel * pitch + column;
        for_tiles<kTileRows<kVectors>>(0, outputs, [&](int o, auto tile) {
          dense_forward_tile<kVectors, decltype(tile)::value>(x + input * pitch + column, panel_weights + o,
                                                              next_panel(d, panel), inputs, d.batch_pitch,
                                                              rows + o * pitch);
        });
      });
    }
  }
  if (!d.relu) return;
  // Not `y > 0 ? y : 0`, which would turn a NaN into a unit that is off.
  for (std::size_t i = 0; i < d.outputs * pitch; ++i) y[i] = y[i] <= 0.0f ? 0.0f : y[i];
}

}  // namespace
}  // namespace crescendo
