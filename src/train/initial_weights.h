#pragma once

#include <cstdint>
#include <vector>

#include "train/network.h"

namespace crescendo {

/// How weights differ from the usual start.
struct Initialisation {
  double scale = 1;        // factor of every weight's standard deviation, > 0
  bool zero_last = false;  // the linear layer's weights are zero, so every class is as likely at first
};

/// Weights to start from, in the plain order, the same for every backend: normal with variance 2 / inputs before a ReLU
/// and 1 / inputs in the linear layer (inputs: those of one output, taps included); biases zero.
/// Batch normalisation starts with scale 1, shift 0, running mean 0 and running variance 1, whatever the `how`.
///
/// Source: He, Zhang, Ren, Sun 2015, "Delving Deep into Rectifiers", section 2.2.
std::vector<float> initial_weights(const NetworkShape& shape, std::uint64_t seed, const Initialisation& how = {});

}  // namespace crescendo
