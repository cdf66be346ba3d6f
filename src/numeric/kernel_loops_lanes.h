#pragma once

// The source of all KernelLoops, included by one file for each instruction set: in an unnamed namespace, because the
// linker would take any of equal inline functions. Which products are added in which order does not depend on the
// instruction set, nor on how many rows are worked at once, so that a build searches alike on every machine; no fused
// multiply-add, which rounds differently (CMakeLists.txt).

#include <cmath>
#include <cstring>

#include "numeric/kernel_loops.h"
#include "numeric/normal.h"

namespace crescendo {
namespace {

using Lanes = double __attribute__((vector_size(kSolvedTogether * sizeof(double))));

// As many sums as the registers hold.
#if defined(__AVX512F__)
constexpr std::size_t kRowsAtOnce = 8;
#elif defined(__AVX2__)
constexpr std::size_t kRowsAtOnce = 4;
#else
constexpr std::size_t kRowsAtOnce = 2;
#endif

[[gnu::always_inline]] inline void load(const double* from, Lanes& to) { std::memcpy(&to, from, sizeof to); }
[[gnu::always_inline]] inline void store(const Lanes& from, double* to) { std::memcpy(to, &from, sizeof from); }

[[gnu::always_inline]] inline double total(const Lanes& a) {
  return ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]));
}

void matern_values(double* squared_to_slope, double* value, std::size_t count) {
  constexpr double kRoot5 = 2.2360679774997896964;
  for (std::size_t i = 0; i < count; ++i) {
    const double r5 = kRoot5 * __builtin_sqrt(squared_to_slope[i]), decay = quick_exp(-r5);
    value[i] = (1 + r5 + r5 * r5 / 3) * decay;
    squared_to_slope[i] = -(5.0 / 6) * (1 + r5) * decay;
  }
}

void add_differences(const double* column, double at, double weight, double* sum, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sum[i] += weight * (column[i] - at) * (column[i] - at);
}

void add_unequal(const double* column, double at, double weight, double* sum, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) sum[i] += column[i] == at ? 0 : weight;
}

// x[row] less the products of `count` of its entries with x, for rows that need no more of x than its first `before`,
// a multiple of kSolvedTogether.
template <std::size_t kRows>
[[gnu::always_inline]] inline void subtract_known(const double* row, std::size_t stride, std::size_t before,
                                                  const double* x, double* left) {
  Lanes sums[kRows] = {};
  for (std::size_t j = 0; j < before; j += kSolvedTogether) {
    Lanes known;
    load(x + j, known);
    for (std::size_t r = 0; r < kRows; ++r) {
      Lanes entries;
      load(row + r * stride + j, entries);
      sums[r] += entries * known;
    }
  }
  for (std::size_t r = 0; r < kRows; ++r) left[r] -= total(sums[r]);
}

void solve_rows(const double* factor, std::size_t stride, std::size_t rows, double* x) {
  for (std::size_t before = 0; before < rows; before += kSolvedTogether) {
    const std::size_t count = rows - before < kSolvedTogether ? rows - before : kSolvedTogether;
    const double* const block = factor + before * stride;
    double* const left = x + before;
    std::size_t r = 0;
    for (; r + kRowsAtOnce <= count; r += kRowsAtOnce) {
      subtract_known<kRowsAtOnce>(block + r * stride, stride, before, x, left + r);
    }
    for (; r < count; ++r) subtract_known<1>(block + r * stride, stride, before, x, left + r);
    for (r = 0; r < count; ++r) {
      const double* const row = block + r * stride + before;
      for (std::size_t k = 0; k < r; ++k) left[r] -= row[k] * left[k];
      left[r] /= row[r];
    }
  }
}

// Takes from kVectors times kSolvedTogether entries of x the products of `count` rows with what is solved.
template <std::size_t kVectors>
[[gnu::always_inline]] inline void subtract_rows(const double* row, std::size_t stride, std::size_t count,
                                                 const double* solved, double* x) {
  Lanes left[kVectors];
  for (std::size_t v = 0; v < kVectors; ++v) load(x + v * kSolvedTogether, left[v]);
  for (std::size_t r = 0; r < count; ++r) {
    for (std::size_t v = 0; v < kVectors; ++v) {
      Lanes entries;
      load(row + r * stride + v * kSolvedTogether, entries);
      left[v] -= entries * solved[r];
    }
  }
  for (std::size_t v = 0; v < kVectors; ++v) store(left[v], x + v * kSolvedTogether);
}

void solve_transposed_rows(const double* factor, std::size_t stride, std::size_t rows, double* x) {
  for (std::size_t end = rows; end > 0;) {
    const std::size_t before = (end - 1) / kSolvedTogether * kSolvedTogether, count = end - before;
    const double* const block = factor + before * stride;
    double* const solved = x + before;
    for (std::size_t r = count; r-- > 0;) {
      for (std::size_t k = r + 1; k < count; ++k) solved[r] -= block[k * stride + before + r] * solved[k];
      solved[r] /= block[r * stride + before + r];
    }
    std::size_t j = 0;
    for (; j + kRowsAtOnce * kSolvedTogether <= before; j += kRowsAtOnce * kSolvedTogether) {
      subtract_rows<kRowsAtOnce>(block + j, stride, count, solved, x + j);
    }
    for (; j < before; j += kSolvedTogether) subtract_rows<1>(block + j, stride, count, solved, x + j);
    end = before;
  }
}

template <std::size_t kRows>
[[gnu::always_inline]] inline void solve_lanes_of(const double* row, std::size_t stride, std::size_t before,
                                                  double* x) {
  Lanes left[kRows];
  for (std::size_t r = 0; r < kRows; ++r) load(x + (before + r) * kSolvedTogether, left[r]);
  for (std::size_t j = 0; j < before; ++j) {
    Lanes known;
    load(x + j * kSolvedTogether, known);
    for (std::size_t r = 0; r < kRows; ++r) left[r] -= row[r * stride + j] * known;
  }
  for (std::size_t r = 0; r < kRows; ++r) {
    for (std::size_t k = 0; k < r; ++k) left[r] -= row[r * stride + before + k] * left[k];
    left[r] /= row[r * stride + before + r];
    store(left[r], x + (before + r) * kSolvedTogether);
  }
}

void solve_lane_rows(const double* factor, std::size_t stride, std::size_t rows, double* x) {
  std::size_t before = 0;
  for (; before + kRowsAtOnce <= rows; before += kRowsAtOnce) {
    solve_lanes_of<kRowsAtOnce>(factor + before * stride, stride, before, x);
  }
  for (; before < rows; ++before) solve_lanes_of<1>(factor + before * stride, stride, before, x);
}

constexpr KernelLoops kLoops = {matern_values, add_differences,       add_unequal,
                                solve_rows,    solve_transposed_rows, solve_lane_rows};

}  // namespace
}  // namespace crescendo
