#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace crescendo {

/// The mean of factors whose prior is normal with mean 0, given sums of products with what they are to explain.
struct RidgeFit {
  std::vector<double> factors;
  std::vector<double> doubt;  // diagonal of the inverse of gram + diagonal(stiffness)
};

/// gram: [n][n], symmetric, without negative eigenvalues. stiffness: [n], positive. Cost: O(n^3).
RidgeFit fit_ridge(std::span<const double> gram, std::span<const double> stiffness, std::span<const double> sums);

}  // namespace crescendo
