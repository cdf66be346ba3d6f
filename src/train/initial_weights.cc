#include "train/initial_weights.h"

#include <cmath>

#include "crescendo/rng.h"
#include "train/random_streams.h"

namespace crescendo {

std::vector<float> initial_weights(const NetworkShape& shape, std::uint64_t seed, const Initialisation& how) {
  Rng rng(seed, {kWeightStream});
  std::vector<float> weights;
  weights.reserve(parameter_count(shape));
  const auto layer = [&](std::size_t inputs, std::size_t outputs, double gain) {
    const double deviation = how.scale * std::sqrt(gain / static_cast<double>(inputs));
    for (std::size_t i = 0; i < inputs * outputs; ++i) weights.push_back(static_cast<float>(rng.normal() * deviation));
    weights.insert(weights.end(), outputs, 0.0f);
  };
  std::size_t inputs = shape.channels;
  for (const ConvLayer& conv : shape.conv) {
    layer(inputs * conv.size * conv.size, conv.filters, 2);
    if (shape.batch_norm) {
      for (const float start : {1.0f, 0.0f, 0.0f, 1.0f}) weights.insert(weights.end(), conv.filters, start);
    }
    inputs = conv.filters;
  }
  const std::size_t side = dense_input_side(shape);
  inputs *= side * side;
  for (const int units : shape.dense) {
    layer(inputs, units, 2);
    inputs = units;
  }
  layer(inputs, shape.classes, how.zero_last ? 0 : 1);
  return weights;
}

}  // namespace crescendo
