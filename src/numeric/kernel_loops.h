#pragma once

#include <cstddef>

namespace crescendo {

/// Right-hand sides that are solved together.
inline constexpr std::size_t kSolvedTogether = 8;

/// The loops in which a Gaussian process spends its time. factor: [row][stride], the lower triangle is read.
struct KernelLoops {
  /// M at each r^2, and in the place of r^2 its slope: see numeric/matern.h.
  void (*matern)(double* squared_to_slope, double* value, std::size_t count);

  /// Adds weight * (column - at)^2 to each sum.
  void (*add_differences)(const double* column, double at, double weight, double* sum, std::size_t count);

  /// Adds weight to each sum where the column is not `at`.
  void (*add_unequal)(const double* column, double at, double weight, double* sum, std::size_t count);

  /// L x = what x holds; and L^T x.
  void (*solve)(const double* factor, std::size_t stride, std::size_t rows, double* x);
  void (*solve_transposed)(const double* factor, std::size_t stride, std::size_t rows, double* x);

  /// L x = what x holds, kSolvedTogether times. x: [row][lane].
  void (*solve_lanes)(const double* factor, std::size_t stride, std::size_t rows, double* x);
};

/// For this machine, or (`plain`) for every one. They give the same bits.
const KernelLoops& quickest_kernel_loops(bool plain = false);

// One source, one object for each instruction set.
extern const KernelLoops kPlainLoops, kAvx2Loops, kAvx512Loops;

}  // namespace crescendo
