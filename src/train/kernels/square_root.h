#pragma once

#include "train/kernels/simd.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

namespace crescendo {
namespace {

/// Correctly rounded on every instruction set, so the forms agree to the bit.
ALWAYS_INLINE Vec square_root(Vec v) {
#if CRESCENDO_LANES == 16 && defined(__AVX512F__)
  return reinterpret_cast<Vec>(_mm512_maskz_sqrt_ps(0xffff, reinterpret_cast<__m512>(v)));
#elif CRESCENDO_LANES == 8 && defined(__AVX__)
  return reinterpret_cast<Vec>(_mm256_sqrt_ps(reinterpret_cast<__m256>(v)));
#elif CRESCENDO_LANES == 4 && defined(__SSE2__)
  return reinterpret_cast<Vec>(_mm_sqrt_ps(reinterpret_cast<__m128>(v)));
#else
  UNROLL_FOR(lane, kLanes) v[lane] = __builtin_sqrtf(v[lane]);
  return v;
#endif
}

ALWAYS_INLINE float square_root(float v) { return __builtin_sqrtf(v); }

}  // namespace
}  // namespace crescendo
