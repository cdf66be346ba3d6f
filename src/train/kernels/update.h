#pragma once

#include "train/kernels/simd.h"
#include "train/network.h"

namespace crescendo {
namespace {

/// One vector of the SGD step that `Update` promises. sign(0) is 0, so padding stays zero.
ALWAYS_INLINE void update_vector(float* weights, float* momenta, Vec gradient, const Update& u, bool decays) {
  const Vec w = load(weights);
  if (decays) {
    // A comparison is -1 where true: (w < 0) - (w > 0) is the sign.
    const Vec sign = __builtin_convertvector((w < 0.0f) - (w > 0.0f), Vec);
    gradient += u.l2 * w + u.l1 * sign;
  }
  const Vec m = u.momentum * load(momenta) + gradient;
  store(momenta, m);
  store(weights, w - u.learning_rate * m);
}

ALWAYS_INLINE bool has_decay(const Update& u) { return u.l1 != 0.0f || u.l2 != 0.0f; }

void update(std::size_t count, float* weights, float* momenta, const float* gradient, const Update& u) {
  const bool decays = has_decay(u);
  for (std::size_t i = 0; i < count; i += kLanes) {
    update_vector(weights + i, momenta + i, load(gradient + i), u, decays);
  }
}

}  // namespace
}  // namespace crescendo
