#pragma once

#include <cmath>
#include <string_view>
#include <vector>

#include "crescendo/rng.h"
#include "train/network.h"

namespace crescendo {

/// The networks of the benchmarks, with the batch they are trained with.
struct Subject {
  std::string_view name;
  int batch;
  NetworkShape shape;
};

inline std::vector<Subject> subjects() {
  return {
      {"s32", 32, {1, 32, {{16, 3}, {32, 3}}, {64}, 10}},
      {"m32", 64, {3, 32, {{32, 5}, {64, 3}, {64, 3}}, {128}, 10}},
      {"s64", 32, {1, 64, {{16, 5}, {32, 3}}, {64}, 10}},
      {"l64", 64, {3, 64, {{64, 3}, {64, 3}, {128, 3}, {128, 3}}, {256, 256}, 10}},
      {"m128", 32, {1, 128, {{32, 5}, {64, 3}, {64, 3}, {128, 3}}, {256, 128}, 10}},
      {"l128", 32, {1, 128, {{64, 7}, {128, 5}, {128, 3}, {128, 3}, {128, 3}}, {512, 256}, 10}},
      {"fc64", 32, {1, 64, {{32, 3}}, {256}, 10}},
      {"odd64", 48, {3, 64, {{23, 5}, {50, 3}, {77, 3}}, {100}, 10}},
  };
}

/// Uniform within 1 / sqrt(inputs), biases too: PyTorch's start. The kernels' work depends on how many windows are
/// dead, so a comparison needs the same start and the same pictures, 0..1 and not centred.
inline std::vector<float> rivals_weights(const NetworkShape& shape) {
  Rng rng(1);
  std::vector<float> weights;
  const auto layer = [&](double inputs, int outputs) {
    const double bound = 1 / std::sqrt(inputs);
    for (double i = 0; i < (inputs + 1) * outputs; ++i) {
      weights.push_back(static_cast<float>((2 * rng.uniform() - 1) * bound));
    }
  };
  double inputs = shape.channels;
  for (const ConvLayer& conv : shape.conv) {
    layer(inputs * conv.size * conv.size, conv.filters);
    inputs = conv.filters;
  }
  inputs *= std::pow(pooled_side(shape, shape.conv.size() - 1), 2);
  for (const int units : shape.dense) {
    layer(inputs, units);
    inputs = units;
  }
  layer(inputs, shape.classes);
  return weights;
}

}  // namespace crescendo
