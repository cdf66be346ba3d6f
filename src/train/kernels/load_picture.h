#pragma once

#include "train/kernels/layout.h"

namespace crescendo {
namespace {

/// A row has the same order on both sides, so it is one loop; the channel's constants repeat every kChannels vectors.
/// The difference first, so that no FMA can make the result depend on the instruction set.
template <int kChannels>
void load_rows(const Stage& s, const std::uint8_t* pixels, const float* mean, const float* scale, float* x) {
  Vec means[kChannels], scales[kChannels];
  for (int i = 0; i < kChannels * kLanes; ++i) {
    means[i / kLanes][i % kLanes] = mean[i % kChannels];
    scales[i / kLanes][i % kLanes] = scale[i % kChannels];
  }
  const int values = s.side * kChannels;
  constexpr int kStep = kChannels * kLanes;
  for (int row = 0; row < s.side; ++row, pixels += values, x += row_step(s)) {
    int i = 0;
    for (; i + kStep <= values; i += kStep) {
      UNROLL_FOR(v, kChannels) {
        const Vec value = __builtin_convertvector(load_bytes(pixels + i + v * kLanes), Vec);
        store(x + i + v * kLanes, (value - means[v]) * scales[v]);
      }
    }
    for (; i < values; ++i) x[i] = (static_cast<float>(pixels[i]) - mean[i % kChannels]) * scale[i % kChannels];
  }
}

void load_picture(const Stage& s, const std::uint8_t* pixels, const float* mean, const float* scale, int n, float* x) {
  float* const corner = x + n * picture_step(s) + s.border * row_step(s) + s.border * s.channels;
  if (s.channels == 1) {
    load_rows<1>(s, pixels, mean, scale, corner);
  } else {
    load_rows<3>(s, pixels, mean, scale, corner);
  }
}

}  // namespace
}  // namespace crescendo
