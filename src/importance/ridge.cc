#include "importance/ridge.h"

#include <cmath>

namespace crescendo {
namespace {

// Cholesky's factor of a positive definite matrix, in its lower half.
void factorise(std::vector<double>& m, std::size_t n) {
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      double sum = m[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= m[i * n + k] * m[j * n + k];
      m[i * n + j] = i == j ? std::sqrt(sum) : sum / m[j * n + j];
    }
  }
}

// The inverse of a lower factor, by columns: [column][row].
std::vector<double> invert(const std::vector<double>& factor, std::size_t n) {
  std::vector<double> inverse(n * n);
  for (std::size_t j = 0; j < n; ++j) {
    double* column = &inverse[j * n];
    column[j] = 1 / factor[j * n + j];
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = 0;
      for (std::size_t k = j; k < i; ++k) sum += factor[i * n + k] * column[k];
      column[i] = -sum / factor[i * n + i];
    }
  }
  return inverse;
}

}  // namespace

RidgeFit fit_ridge(std::span<const double> gram, std::span<const double> stiffness, std::span<const double> sums) {
  const std::size_t n = stiffness.size();
  std::vector<double> matrix(gram.begin(), gram.end());
  for (std::size_t i = 0; i < n; ++i) matrix[i * n + i] += stiffness[i];
  factorise(matrix, n);
  const std::vector<double> inverse = invert(matrix, n);
  std::vector<double> half(n);
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) half[i] += inverse[j * n + i] * sums[j];
  }
  RidgeFit fit{std::vector<double>(n), std::vector<double>(n)};
  for (std::size_t j = 0; j < n; ++j) {
    for (std::size_t i = j; i < n; ++i) {
      fit.factors[j] += inverse[j * n + i] * half[i];
      fit.doubt[j] += inverse[j * n + i] * inverse[j * n + i];
    }
  }
  return fit;
}

}  // namespace crescendo
