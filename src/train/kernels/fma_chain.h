#pragma once

#include "train/kernels/simd.h"

namespace crescendo {
namespace {

/// Enough independent chains in registers to fill every FMA unit. Returns the floating point operations done.
double fma_chain(std::size_t rounds, float* sink) {
  constexpr int kChains = 12;
  Vec sum[kChains];
  Vec factor = broadcast(sink[0]), term = broadcast(sink[1]);
  PIN(factor);
  PIN(term);
  UNROLL_FOR(i, kChains) sum[i] = broadcast(static_cast<float>(i));
  for (std::size_t round = 0; round < rounds; ++round) {
    UNROLL_FOR(i, kChains) {
      sum[i] = sum[i] * factor + term;
      PIN(sum[i]);
    }
  }
  Vec total{};
  UNROLL_FOR(i, kChains) total += sum[i];
  for (int k = 0; k < kLanes; ++k) sink[k % 2] += total[k] * 1e-30f;
  return 2.0 * kChains * kLanes * static_cast<double>(rounds);
}

}  // namespace
}  // namespace crescendo
