#include "numeric/symmetric_eigen.h"

#include <gtest/gtest.h>

#include <cmath>

#include "crescendo/rng.h"

namespace crescendo {
namespace {

TEST(SymmetricEigen, PutsTheMatrixTogetherAgainFromOrthogonalVectors) {
  Rng rng(1);
  for (const std::size_t n : {1, 2, 3, 10, 30}) {
    std::vector<double> matrix(n * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i; j < n; ++j) matrix[i * n + j] = matrix[j * n + i] = rng.normal();
    }
    const SymmetricEigen eigen = symmetric_eigen(matrix, n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        double product = 0, dot = 0;
        for (std::size_t k = 0; k < n; ++k) {
          product += eigen.vectors[i * n + k] * eigen.values[k] * eigen.vectors[j * n + k];
          dot += eigen.vectors[k * n + i] * eigen.vectors[k * n + j];
        }
        EXPECT_NEAR(product, matrix[i * n + j], 1e-12);
        EXPECT_NEAR(dot, i == j ? 1 : 0, 1e-12);
      }
    }
  }
}

// A grading like that of a covariance matrix in a narrow valley.
TEST(SymmetricEigen, FindsValuesThatAreSmallBesideTheOthers) {
  const double c = std::cos(0.3), s = std::sin(0.3), large = 1, small = 1e-12;
  const std::vector<double> matrix = {c * c * large + s * s * small, c * s * (large - small), c * s * (large - small),
                                      s * s * large + c * c * small};
  std::vector<double> values = symmetric_eigen(matrix, 2).values;
  EXPECT_NEAR(std::max(values[0], values[1]), 1, 1e-15);
  EXPECT_NEAR(std::min(values[0], values[1]), 1e-12, 1e-16);
}

}  // namespace
}  // namespace crescendo
