#pragma once

#include "train/kernels/live_list.h"
#include "train/kernels/ops.h"

// Weight gradient of the first stage, whose 1 or 3 channels do not fill a vector. There a position's whole patch of
// size * size * channels inputs is laid out in whole vectors, once for all outputs; an output's entry then costs one
// broadcast and as few FMAs as its patch has vectors. Every window is an entry, the dead ones with a gradient of 0:
// sorting them out would cost more.

namespace crescendo {
namespace {

struct FirstStageScratch {
  FirstStageScratch(const Stage& s, Scratch& scratch)
      : vectors((s.size * s.size * s.channels + kLanes - 1) / kLanes),
        windows(most(4, 20 * 16 / kLanes / vectors)),
        patches(scratch.take<float>((static_cast<std::size_t>(windows) * 4 * vectors + 2) * kLanes)),
        places(scratch.take<Window>(static_cast<std::size_t>(s.pooled) * s.pooled)),
        at(scratch.take<std::int32_t>(static_cast<std::size_t>(windows) * kLanes)),
        gradients(scratch.take<float>(static_cast<std::size_t>(windows) * kLanes)),
        sums(scratch.take<float>(static_cast<std::size_t>(s.out_blocks) * kLanes * vectors * kLanes)),
        bias_sums(scratch.take<float>(static_cast<std::size_t>(s.out_blocks) * kLanes)) {}

  int vectors;       // of a patch
  int windows;       // at a time
  float* patches;    // [window][4 positions][vectors * W]
  Window* places;    // [pooled * pooled]
  std::int32_t* at;  // [window][W]: the patch of each output's maximum, in floats
  float* gradients;  // [window][W], 0 where dead
  float* sums;       // [out_blocks * W][vectors * W]
  float* bias_sums;  // [out_blocks * W]
};

/// Copies a row of kRow values in as few vectors as there may be, no wider than needed: narrow ones seldom cross a
/// cache line. Writes up to a vector too much.
template <int kRow>
ALWAYS_INLINE void copy_row(const float* from, float* to) {
  constexpr int kWidth = kRow <= 4 ? 4 : least(kRow <= 8 ? 8 : 16, most(kLanes, 4));
  typedef float Part __attribute__((vector_size(4 * kWidth), aligned(4), may_alias));
  UNROLL_FOR(v, (kRow + kWidth - 1) / kWidth) {
    *reinterpret_cast<Part*>(to + v * kWidth) = *reinterpret_cast<const Part*>(from + v * kWidth);
  }
}

/// The patches of the 4 positions of one window. What a row writes too much is overwritten by the next row, or takes
/// part in sums that nobody reads.
template <int kSize, int kChannels>
ALWAYS_INLINE void lay_patches(const float* x, std::size_t row_step, float* patches) {
  constexpr int kRow = kSize * kChannels;
  constexpr int kVectors = (kSize * kRow + kLanes - 1) / kLanes;
  UNROLL_FOR(position, 4) {
    const float* from = x + (position >> 1) * row_step + (position & 1) * kChannels;
    UNROLL_FOR(row, kSize) {
      copy_row<kRow>(from, patches + row * kRow);
      from += row_step;
      PIN_ADDRESS(from);
    }
    patches += kVectors * kLanes;
  }
}

/// sums[k][kVectors * W] += sum over the windows of g * patch, for kOutputs outputs from lane `lane` on.
template <int kVectors, int kOutputs>
NEVER_INLINE void add_patches(const float* patches, const std::int32_t* at, const float* gradients, int windows,
                              int stride, float* sums) {
  Vec sum[kOutputs][kVectors];
  UNROLL_FOR(k, kOutputs) UNROLL_FOR(v, kVectors) sum[k][v] = load(sums + k * stride + v * kLanes);
  for (int i = 0; i < windows; ++i, at += kLanes, gradients += kLanes) {
    UNROLL_FOR(k, kOutputs) {
      const float* const patch = patches + at[k];
      UNROLL_FOR(v, kVectors) sum[k][v] += gradients[k] * load(patch + v * kLanes);
    }
  }
  UNROLL_FOR(k, kOutputs) UNROLL_FOR(v, kVectors) store(sums + k * stride + v * kLanes, sum[k][v]);
}

/// Vectors kFirst .. of a patch, as many as fit the registers, then the rest.
template <int kVectors, int kFirst = 0>
void add_outputs(const FirstStageScratch& space, int windows, float* sums) {
  constexpr int kMost = kRegisters == 32 ? 24 : 12;
  constexpr int kPasses = (kVectors + kMost - 1) / kMost;
  constexpr int kPart = least((kVectors + kPasses - 1) / kPasses, kVectors - kFirst);
  constexpr int kOutputs = kMost / kPart >= 8 ? 8 : kMost / kPart >= 4 ? 4 : kMost / kPart >= 2 ? 2 : 1;
  constexpr int kAtOnce = least(kOutputs, kLanes);
  for (int lane = 0; lane < kLanes; lane += kAtOnce) {
    add_patches<kPart, kAtOnce>(space.patches + kFirst * kLanes, space.at + lane, space.gradients + lane, windows,
                                kVectors * kLanes, sums + (lane * kVectors + kFirst) * kLanes);
  }
  if constexpr (kFirst + kPart < kVectors) add_outputs<kVectors, kFirst + kPart>(space, windows, sums);
}

template <int kSize, int kChannels>
class FirstStageGradient {
 public:
  FirstStageGradient(const Stage& s, const StageBackward& b, const FirstStageScratch& space)
      : s_(s), b_(b), space_(space) {}

  void run() {
    const std::size_t outputs = static_cast<std::size_t>(s_.out_blocks) * kLanes;
    std::memset(space_.sums, 0, outputs * kVectors * kLanes * sizeof(float));
    std::memset(space_.bias_sums, 0, outputs * sizeof(float));
    // What lies behind a patch's last value takes part in the sums, though nobody reads them: no denormals there.
    std::memset(space_.patches, 0, static_cast<std::size_t>(space_.windows) * 4 * kVectors * kLanes * sizeof(float));
    const int all = list_chunk(s_, 1, s_.pooled, space_.places);
    for (int n = 0; n < s_.pictures; ++n) {
      for (int first = 0; first < all; first += space_.windows)
        add_windows(n, first, least(all, first + space_.windows));
    }
    write();
  }

 private:
  static constexpr int kPatch = kSize * kSize * kChannels;
  static constexpr int kVectors = (kPatch + kLanes - 1) / kLanes;

  void add_windows(int n, int first, int end) {
    const float* const picture = b_.x + n * picture_step(s_);
    float* patches = space_.patches;
    for (int i = first; i < end; ++i, patches += 4 * kVectors * kLanes) {
      lay_patches<kSize, kChannels>(picture + space_.places[i].place, row_step(s_), patches);
    }
    for (int block = 0; block < s_.out_blocks; ++block) {
      list(n, block, first, end);
      add_outputs<kVectors>(space_, end - first,
                            space_.sums + static_cast<std::size_t>(block) * kLanes * kVectors * kLanes);
    }
  }

  void list(int n, int block, int first, int end) {
    Vec bias = load(space_.bias_sums + block * kLanes);
    const float* const gradients = b_.out_gradient + output_at(s_, n, block, 0, 0);
    const std::uint8_t* const choices = b_.choices + choice_at(s_, n, block, 0, 0);
    for (int i = first; i < end; ++i) {
      const IntVec choice = load_bytes(choices + space_.places[i].choice);
      const Vec gradient = keep_where(choice != 255, load(gradients + space_.places[i].gradient));
      bias += gradient;
      const int window = i - first;
      *reinterpret_cast<LooseIntVec*>(space_.at + window * kLanes) = (window * 4 + (choice & 3)) * (kVectors * kLanes);
      store(space_.gradients + window * kLanes, gradient);
    }
    store(space_.bias_sums + block * kLanes, bias);
  }

  void write() const {
    for (int o = 0; o < s_.filters; ++o) {
      const float* const sums = space_.sums + static_cast<std::size_t>(o) * kVectors * kLanes;
      float* const gradient = b_.weight_gradient + static_cast<std::size_t>(o) * kPatch;
      for (int i = 0; i < kPatch; ++i) gradient[i] = b_.add ? gradient[i] + sums[i] : sums[i];
      b_.bias_gradient[o] = b_.add ? b_.bias_gradient[o] + space_.bias_sums[o] : space_.bias_sums[o];
    }
  }

  const Stage& s_;
  const StageBackward& b_;
  const FirstStageScratch& space_;
};

/// Weight and bias gradients over all pictures; added to what is there where b.add.
template <int kSize>
void first_stage_weight_gradient(const Stage& s, const StageBackward& b, std::byte* block) {
  Scratch scratch(block);
  const FirstStageScratch space(s, scratch);
  if (s.channels == 1) {
    FirstStageGradient<kSize, 1>(s, b, space).run();
  } else {
    FirstStageGradient<kSize, 3>(s, b, space).run();
  }
}

}  // namespace
}  // namespace crescendo
