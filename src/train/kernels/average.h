#pragma once

#include <cstring>

#include "train/kernels/ops.h"
#include "train/kernels/simd.h"

namespace crescendo {
namespace {

/// Calls with each average of a map: call(offset of its first value, rows, columns).
template <class Call>
ALWAYS_INLINE void for_averages(const Averaging& a, Call call) {
  const auto first = [&](int i) { return i * a.side / a.to; };
  const auto count = [&](int i) { return ((i + 1) * a.side + a.to - 1) / a.to - first(i); };
  for (int i = 0; i < a.to; ++i) {
    for (int j = 0; j < a.to; ++j) {
      call((static_cast<std::size_t>(first(i)) * a.side + first(j)) * kLanes, count(i), count(j));
    }
  }
}

ALWAYS_INLINE std::size_t averaged_map(const Averaging& a) {
  return static_cast<std::size_t>(a.side) * a.side * kLanes;
}

void average_forward(const Averaging& a, const float* x, float* y) {
  for (int map = 0; map < a.pictures * a.blocks; ++map, x += averaged_map(a)) {
    for_averages(a, [&](std::size_t at, int rows, int columns) {
      Vec sum{};
      for (int row = 0; row < rows; ++row) {
        const float* const from = x + at + static_cast<std::size_t>(row) * a.side * kLanes;
        for (int column = 0; column < columns; ++column) sum += load(from + column * kLanes);
      }
      store(y, sum * (1.0f / static_cast<float>(rows * columns)));
      y += kLanes;
    });
  }
}

void average_backward(const Averaging& a, const float* y_gradient, float* x_gradient) {
  for (int map = 0; map < a.pictures * a.blocks; ++map, x_gradient += averaged_map(a)) {
    std::memset(x_gradient, 0, averaged_map(a) * sizeof(float));
    for_averages(a, [&](std::size_t at, int rows, int columns) {
      const Vec share = load(y_gradient) * (1.0f / static_cast<float>(rows * columns));
      for (int row = 0; row < rows; ++row) {
        float* const to = x_gradient + at + static_cast<std::size_t>(row) * a.side * kLanes;
        for (int column = 0; column < columns; ++column)
          store(to + column * kLanes, load(to + column * kLanes) + share);
      }
      y_gradient += kLanes;
    });
  }
}

}  // namespace
}  // namespace crescendo
