#pragma once

#include <cstdint>
#include <vector>

#include "train/network.h"

namespace crescendo {

/// Weights to start from, in the plain order, the same for every backend: normal with variance 2 / inputs before a ReLU
/// and 1 / inputs in the linear layer (inputs: those of one output, taps included); biases zero.
/// Batch normalisation starts with scale 1, shift 0, running mean 0 and running variance 1.
///
/// Source: He, Zhang, Ren, Sun 2015, "Delving Deep into Rectifiers", section 2.2.
std::vector<float> initial_weights(const NetworkShape& shape, std::uint64_t seed);

}  // namespace crescendo
