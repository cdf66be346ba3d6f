#pragma once

// The source of every kernel_sum, included by one file for each instruction set: in an unnamed namespace, because the
// linker would take any of equal inline functions. The same operations in the same order for every instruction set, so
// that a build searches alike on every machine; no fused multiply-add, which rounds differently (CMakeLists.txt).

#include <cmath>
#include <cstring>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

#include "numeric/kernel_sum.h"

namespace crescendo {
namespace {

// Eight lanes as one value, in as few registers as the instruction set allows.
using Vector = double __attribute__((vector_size(kBatch * sizeof(double))));
using Whole = std::uint64_t __attribute__((vector_size(kBatch * sizeof(double))));

[[gnu::always_inline]] inline void load(const double* from, Vector& to) { std::memcpy(&to, from, sizeof to); }

[[gnu::always_inline]] inline bool any_above(const Vector& exponents, double limit) {
#if defined(__AVX512F__)
  __m512d all;
  std::memcpy(&all, &exponents, sizeof all);
  return _mm512_cmp_pd_mask(all, _mm512_set1_pd(limit), _CMP_GT_OQ) != 0;
#elif defined(__AVX2__)
  __m256d half[2];
  std::memcpy(half, &exponents, sizeof half);
  const __m256d bound = _mm256_set1_pd(limit);
  return _mm256_movemask_pd(
             _mm256_or_pd(_mm256_cmp_pd(half[0], bound, _CMP_GT_OQ), _mm256_cmp_pd(half[1], bound, _CMP_GT_OQ))) != 0;
#else
  for (std::size_t j = 0; j < kBatch; ++j) {
    if (exponents[j] > limit) return true;
  }
  return false;
#endif
}

// Sets `exponents` to the kernel's log density less `offset`. Every term only lowers it, so that far kernels can be
// given up (false) after a part of them; the tables, where other values of a discrete axis lie farthest, come first.
[[gnu::always_inline]] inline bool exponents_of(const MixtureRows& r, std::size_t kernel, const Vector& offset,
                                                Vector& exponents) {
  exponents = r.log_norms[kernel] - offset;
  for (std::size_t t = 0; t < r.tables; ++t) {
    Vector row;
    load(r.table[t] + r.kinds[kernel * r.tables + t] * kBatch, row);
    exponents += row;
  }
  if (!any_above(exponents, r.negligible)) return false;
  const double* row = r.rows + kernel * r.normals * 2;
  for (std::size_t i = 0; i < r.normals; ++i) {
    Vector at;
    load(r.at[i], at);
    const Vector z = (at - row[2 * i]) * row[2 * i + 1];
    exponents -= z * z;
    if (i % 2 == 1 && !any_above(exponents, r.negligible)) return false;
  }
  return any_above(exponents, r.negligible);
}

// quick_exp() of numeric/normal.h, lane by lane.
[[gnu::always_inline]] inline void quick_exps(const Vector& exponents, Vector& result) {
  constexpr double kLog2E = 1.4426950408889634, kLn2High = 0.693147180369123816490,
                   kLn2Low = 1.90821492927058770002e-10;
  constexpr double kRound = 6755399441055744.0;
  const Vector lowest = Vector{} - 700;
  const Vector x = exponents < lowest ? lowest : exponents;
  const Vector shifted = x * kLog2E + kRound;
  const Vector whole = shifted - kRound;
  const Vector r = (x - whole * kLn2High) - whole * kLn2Low;
  Vector p = Vector{} + 1.0 / 362880;
  constexpr double kFactors[] = {1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 0.5, 1.0, 1.0};
  for (const double factor : kFactors) p = p * r + factor;
  Whole bits;
  std::memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 1023) << 52;
  Vector power;
  std::memcpy(&power, &bits, sizeof power);
  result = p * power;
}

[[gnu::always_inline]] inline void sum_kernels(const MixtureRows& r, std::size_t begin, std::size_t end,
                                               double* offsets, double* sums) {
  Vector offset, sum;
  load(offsets, offset);
  load(sums, sum);
  for (std::size_t k = begin; k < end; ++k) {
    const double weight = r.weights[k];
    Vector exponents;
    if (weight == 0 || !exponents_of(r, k, offset, exponents)) continue;
    // Only where more than a hundred coordinates coincide could the sum leave the range of exp; then its scale moves.
    if (any_above(exponents, 300)) [[unlikely]] {
      for (std::size_t j = 0; j < kBatch; ++j) {
        if (exponents[j] <= 300) continue;
        offset[j] += exponents[j];
        sum[j] *= std::exp(-exponents[j]);
        exponents[j] = 0;
      }
    }
    Vector densities;
    quick_exps(exponents, densities);
    sum += weight * densities;
  }
  std::memcpy(offsets, &offset, sizeof offset);
  std::memcpy(sums, &sum, sizeof sum);
}

}  // namespace
}  // namespace crescendo
