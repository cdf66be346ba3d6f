#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace crescendo {

/// A symmetric matrix as vectors * diagonal(values) * transposed(vectors).
struct SymmetricEigen {
  std::vector<double> values;   // [n], in no particular order
  std::vector<double> vectors;  // [row][column], orthogonal; column k belongs to values[k]
};

/// Of `matrix` [n][n], whose upper triangle is read, by cyclic Jacobi rotations: to the last digits, also of values
/// that are small beside the others. Cost: O(n^3), 10 us for n = 10.
/// Source: Golub, Van Loan, "Matrix Computations", section 8.5.
SymmetricEigen symmetric_eigen(std::span<const double> matrix, std::size_t n);

}  // namespace crescendo
