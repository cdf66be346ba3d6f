#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "train/network.h"

namespace crescendo {

/// A network of the benchmarks and the size of its batches in training.
struct Subject {
  std::string name;
  int batch;
  NetworkShape shape;
};

/// The eight that are compared, small to large and odd.
std::vector<Subject> subjects();

/// Those of these names, in the order of subjects(); all where there are none. Throws Error (bad input) for another.
std::vector<Subject> subjects_called(const std::vector<std::string>& names);

/// Floating point operations that one picture needs if nothing is skipped: forward, or a step: forward, weight gradient
/// and data gradient, which the first layer does not need. Our kernels skip most of it, so a fraction of the peak may
/// pass 1.
double forward_flops(const NetworkShape& shape);
double step_flops(const NetworkShape& shape);

/// Uniform within 1 / sqrt(inputs), biases too: PyTorch's start. The kernels' work depends on how many windows are
/// dead, so a comparison needs the same start and the same pictures, 0..1 and not centred.
std::vector<float> rivals_weights(const NetworkShape& shape);

/// A shape as the contestants' processes are told it:
/// {"channels", "side", "conv": [[filters, size], ..], "dense": [units, ..], "classes"}.
Json asked_shape_json(const NetworkShape& shape);
NetworkShape asked_shape(const Json& json);

}  // namespace crescendo
