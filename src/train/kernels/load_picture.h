#pragma once

#include "train/kernels/layout.h"
#include "train/network.h"

namespace crescendo {
namespace {

/// The constants of a channel repeat every kChannels vectors.
template <int kChannels>
struct Normaliser {
  Normaliser(const float* channel_means, const float* channel_scales) : mean(channel_means), scale(channel_scales) {
    for (int i = 0; i < kChannels * kLanes; ++i) {
      means[i / kLanes][i % kLanes] = mean[i % kChannels];
      scales[i / kLanes][i % kLanes] = scale[i % kChannels];
    }
  }

  /// The difference first, so that no FMA can make the result depend on the instruction set.
  float value(std::uint8_t pixel, int channel) const {
    return (static_cast<float>(pixel) - mean[channel]) * scale[channel];
  }

  /// Pixels have the same order on both sides, so it is one loop over their values.
  void copy(const std::uint8_t* pixels, int values, float* x) const {
    constexpr int kStep = kChannels * kLanes;
    int i = 0;
    for (; i + kStep <= values; i += kStep) {
      UNROLL_FOR(v, kChannels) {
        const Vec value = __builtin_convertvector(load_bytes(pixels + i + v * kLanes), Vec);
        store(x + i + v * kLanes, (value - means[v]) * scales[v]);
      }
    }
    for (; i < values; ++i) x[i] = value(pixels[i], i % kChannels);
  }

  /// The same from the pixel at `last` on backwards.
  void copy_mirrored(const std::uint8_t* last, int values, float* x) const {
    for (int i = 0; i < values; i += kChannels, last -= kChannels) {
      for (int c = 0; c < kChannels; ++c) x[i + c] = value(last[c], c);
    }
  }

  const float *mean, *scale;
  Vec means[kChannels], scales[kChannels];
};

/// Columns first .. end - 1 come from the picture, the others are zero.
template <int kChannels>
void load_rows(const Stage& s, const std::uint8_t* pixels, const Normaliser<kChannels>& normaliser,
               const PicturePlacement& place, float* x) {
  const int side = s.side;
  const int first = least(most(0, place.right_px), side);
  const int end = most(first, least(side, side + place.right_px));
  // Where column `first` comes from.
  const int from = place.mirrored ? side - 1 - (first - place.right_px) : first - place.right_px;
  for (int row = 0; row < side; ++row, x += row_step(s)) {
    const int source = row - place.down_px;
    const bool outside = source < 0 || source >= side || first >= end;
    const int left = outside ? side : first;
    if (left > 0) std::memset(x, 0, static_cast<std::size_t>(left) * kChannels * sizeof(float));
    if (outside) continue;
    const std::uint8_t* const line = pixels + static_cast<std::size_t>(source) * side * kChannels;
    const int values = (end - first) * kChannels;
    if (place.mirrored) {
      normaliser.copy_mirrored(line + from * kChannels, values, x + first * kChannels);
    } else {
      normaliser.copy(line + from * kChannels, values, x + first * kChannels);
    }
    if (end < side)
      std::memset(x + end * kChannels, 0, static_cast<std::size_t>(side - end) * kChannels * sizeof(float));
  }
}

void load_picture(const Stage& s, const std::uint8_t* pixels, const float* mean, const float* scale,
                  const PicturePlacement& place, int n, float* x) {
  float* const corner = x + n * picture_step(s) + s.border * row_step(s) + s.border * s.channels;
  if (s.channels == 1) {
    load_rows(s, pixels, Normaliser<1>(mean, scale), place, corner);
  } else {
    load_rows(s, pixels, Normaliser<3>(mean, scale), place, corner);
  }
}

}  // namespace
}  // namespace crescendo
