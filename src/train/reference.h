#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/network.h"

namespace crescendo {

/// What one forward and backward pass finds. Real: float or double.
template <class Real>
struct ReferencePass {
  Real loss = 0;                                   // mean cross-entropy
  std::vector<Real> logits;                        // [n][classes]
  std::vector<std::vector<Real>> maps;             // one a convolution: [n][filter][side][side], with bias, before ReLU
  std::vector<std::vector<std::uint8_t>> pooling;  // as in Gradients
  std::vector<Real> gradients;                     // of the mean cross-entropy, in the plain order
};

/// Normalised pictures, [n][channel][row][column].
template <class Real>
std::vector<Real> normalised_pictures(const NetworkShape& shape, const Batch& batch);

/// Forward and backward by plain loops, in the arithmetic of Real: what every backend is compared with.
///
/// parameters: in the plain order; pictures: as above. With `pooling` the windows keep those positions instead of
/// choosing their own, so that gradients can be compared although rounding moves a near-tie (one window in a million).
template <class Real>
ReferencePass<Real> reference_pass(const NetworkShape& shape, std::span<const Real> parameters,
                                   std::span<const Real> pictures, std::span<const int> labels,
                                   const std::vector<std::vector<std::uint8_t>>* pooling = nullptr);

}  // namespace crescendo
