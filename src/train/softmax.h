#pragma once

#include <cstddef>
#include <span>

namespace crescendo {

/// Softmax cross-entropy over logits [classes][pitch], one column a picture, times its class's weight (none given: 1).
/// Writes gradient [classes][pitch] times `weight` (1 / pictures of the whole batch), zero in the columns behind;
/// returns the sum of the losses.
double softmax_cross_entropy(const float* logits, int classes, std::size_t pitch, std::span<const int> labels,
                             std::span<const float> class_weights, float weight, float* gradient);

}  // namespace crescendo
