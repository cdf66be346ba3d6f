#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/network.h"

namespace crescendo {

/// How a pass treats the pictures.
struct ReferenceMode {
  bool training = true;  // false: forward only, with running statistics and without dropout
  // The windows keep these positions instead of choosing their own, so that gradients can be compared although rounding
  // moves a near-tie (one window in a million).
  const std::vector<std::vector<std::uint8_t>>* pooling = nullptr;
  std::span<const float> class_weights = {};
  std::uint64_t noise = 0;        // of the dropout masks
  std::size_t first_picture = 0;  // place of the first picture in the whole batch, for its masks
};

/// What one forward and backward pass finds. Real: float or double.
template <class Real>
struct ReferencePass {
  Real loss = 0;                                   // mean cross-entropy
  std::vector<Real> logits;                        // [n][classes]
  std::vector<std::vector<Real>> maps;             // one a convolution: [n][filter][side][side], with bias, before ReLU
  std::vector<std::vector<std::uint8_t>> pooling;  // as in Gradients
  std::vector<Real> gradients;                     // of the mean cross-entropy, in the plain order
  // Of the pooled maps in training with batch normalisation, one a convolution: [filter]; divided by count - 1.
  std::vector<std::vector<Real>> means, variances;
};

/// Normalised pictures as they are placed, [n][channel][row][column].
template <class Real>
std::vector<Real> normalised_pictures(const NetworkShape& shape, const Batch& batch);

/// Forward and backward by plain loops, in the arithmetic of Real: what every backend is compared with.
/// parameters: in the plain order; pictures: as above, all of one micro-batch.
template <class Real>
ReferencePass<Real> reference_pass(const NetworkShape& shape, std::span<const Real> parameters,
                                   std::span<const Real> pictures, std::span<const int> labels,
                                   const ReferenceMode& mode = {});

/// Calls visit(position, weights, biases) for each layer in the plain order, its biases following its weights, and
/// visit_norm(position, filters) for each batch normalisation: scales, shifts, running means, running variances.
template <class Visit, class VisitNorm>
void visit_tensors(const NetworkShape& shape, Visit visit, VisitNorm visit_norm) {
  std::size_t at = 0;
  const auto layer = [&](std::size_t inputs, std::size_t outputs) {
    visit(at, inputs * outputs, outputs);
    at += (inputs + 1) * outputs;
  };
  std::size_t inputs = shape.channels;
  for (const ConvLayer& conv : shape.conv) {
    layer(inputs * conv.size * conv.size, conv.filters);
    inputs = conv.filters;
    if (!shape.batch_norm) continue;
    visit_norm(at, inputs);
    at += 4 * inputs;
  }
  const std::size_t side = dense_input_side(shape);
  inputs *= side * side;
  for (const int units : shape.dense) {
    layer(inputs, units);
    inputs = units;
  }
  layer(inputs, shape.classes);
}

}  // namespace crescendo
