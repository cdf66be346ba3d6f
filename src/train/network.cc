#include "train/network.h"

#include <algorithm>
#include <string>

#include "crescendo/error.h"

namespace crescendo {

int pooled_side(const NetworkShape& shape, std::size_t layer) { return shape.side_px >> (layer + 1); }

int dense_input_side(const NetworkShape& shape) {
  const int side = pooled_side(shape, shape.conv.size() - 1);
  return shape.dense_side == 0 ? side : std::min(side, shape.dense_side);
}

AveragedWindow averaged_window(int i, int side, int averages) {
  return {i * side / averages, ((i + 1) * side + averages - 1) / averages};
}

std::size_t parameter_count(const NetworkShape& shape) {
  std::size_t count = 0;
  std::size_t inputs = shape.channels;
  for (const ConvLayer& layer : shape.conv) {
    count += layer.filters * (inputs * layer.size * layer.size + 1 + (shape.batch_norm ? 4 : 0));
    inputs = layer.filters;
  }
  const std::size_t side = dense_input_side(shape);
  inputs *= side * side;
  for (const int units : shape.dense) {
    count += units * (inputs + 1);
    inputs = units;
  }
  return count + shape.classes * (inputs + 1);
}

std::size_t moment_count(const NetworkShape& shape, Optimiser optimiser) {
  return parameter_count(shape) * (optimiser == Optimiser::kAdam ? 2 : 1);
}

void check_shape(const NetworkShape& shape) {
  // The upper bounds are far above what can be trained; they keep every product of sizes within 64 bits.
  const auto within = [](const std::string& what, std::size_t value, std::size_t least, std::size_t most) {
    if (value >= least && value <= most) return;
    bad_input("a network cannot have " + what + " " + std::to_string(static_cast<std::ptrdiff_t>(value)) +
              "; accepted are " + std::to_string(least) + " to " + std::to_string(most));
  };
  if (shape.channels != 1 && shape.channels != 3) {
    bad_input("a network cannot have picture channels " + std::to_string(shape.channels) + "; accepted are 1 and 3");
  }
  within("a number of convolutions", shape.conv.size(), 1, 16);
  within("a picture side of", shape.side_px, std::size_t{1} << shape.conv.size(), 1 << 13);
  for (const ConvLayer& layer : shape.conv) {
    within("a filter count of", layer.filters, 1, 1 << 14);
    if (layer.size != 1 && layer.size != 3 && layer.size != 5 && layer.size != 7) {
      bad_input("a network cannot have a filter size of " + std::to_string(layer.size) +
                "; accepted are 1, 3, 5 and 7");
    }
  }
  // The upper bound keeps the averages of an ONNX model, a matrix of pooled side x dense side, below a megabyte.
  within("a dense side of", shape.dense_side, 0, 32);
  within("a number of dense layers", shape.dense.size(), 0, 64);
  for (const int units : shape.dense) within("a dense layer size of", units, 1, 1 << 20);
  within("a class count of", shape.classes, 2, 1 << 20);
  if (!(shape.dropout >= 0 && shape.dropout < 1)) {
    bad_input("a network cannot have a dropout of " + std::to_string(shape.dropout) + "; accepted are 0 to below 1");
  }
}

}  // namespace crescendo
