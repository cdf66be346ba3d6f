#pragma once

#include "train/kernels/layout.h"

// Every convolution is followed by ReLU and 2x2 max-pooling, so at full resolution its gradient is nonzero in at most
// one position of four, and nowhere where the ReLU was off. Both gradients run over lists of the live positions.

namespace crescendo {
namespace {

/// One live gradient: where it goes, in floats, and its value.
struct Live {
  std::uint32_t at;
  float gradient;
};

/// W entries: places interleaved with the gradients at `gradients`.
ALWAYS_INLINE void make_entries(const float* gradients, IntVec places, Live* entries) {
  const IntVec values = reinterpret_cast<IntVec>(load(gradients));
  LooseIntVec* const to = reinterpret_cast<LooseIntVec*>(entries);
  to[0] = interleave_low(places, values);
  to[1] = interleave_high(places, values);
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

}  // namespace
}  // namespace crescendo
