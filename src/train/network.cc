#include "train/network.h"

#include <string>

#include "crescendo/error.h"

namespace crescendo {

int pooled_side(const NetworkShape& shape, std::size_t layer) { return shape.side_px >> (layer + 1); }

std::size_t parameter_count(const NetworkShape& shape) {
  std::size_t count = 0;
  std::size_t inputs = shape.channels;
  for (const ConvLayer& layer : shape.conv) {
    count += layer.filters * (inputs * layer.size * layer.size + 1);
    inputs = layer.filters;
  }
  const std::size_t side = pooled_side(shape, shape.conv.size() - 1);
  inputs *= side * side;
  for (const int units : shape.dense) {
    count += units * (inputs + 1);
    inputs = units;
  }
  return count + shape.classes * (inputs + 1);
}

void check_shape(const NetworkShape& shape) {
  const auto refuse = [](const std::string& what, int value, const std::string& accepted) {
    bad_input("a network with " + what + " " + std::to_string(value) + " cannot be built; " + accepted);
  };
  if (shape.channels != 1 && shape.channels != 3) refuse("picture channels:", shape.channels, "there may be 1 or 3");
  if (shape.conv.empty() || shape.conv.size() > 30) {
    refuse("convolutions:", static_cast<int>(shape.conv.size()), "there may be 1 to 30");
  }
  for (const ConvLayer& layer : shape.conv) {
    if (layer.filters < 1) refuse("a filter count of", layer.filters, "it must be at least 1");
    if (layer.size % 2 != 1 || layer.size < 1 || layer.size > 7) {
      refuse("a filter size of", layer.size, "it must be 1, 3, 5 or 7");
    }
  }
  if (pooled_side(shape, shape.conv.size() - 1) < 1) {
    refuse("a picture side of", shape.side_px,
           "each convolution halves it, so at least " + std::to_string(1 << shape.conv.size()) + " pixels are needed");
  }
  for (const int units : shape.dense) {
    if (units < 1) refuse("a dense layer size of", units, "it must be at least 1");
  }
  if (shape.classes < 2) refuse("classes:", shape.classes, "there must be at least 2");
}

}  // namespace crescendo
