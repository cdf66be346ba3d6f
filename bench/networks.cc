#include "bench/networks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "crescendo/error.h"
#include "crescendo/rng.h"

namespace crescendo {
namespace {

double conv_flops(const NetworkShape& shape, std::size_t layer) {
  const ConvLayer& conv = shape.conv[layer];
  const double inputs = layer == 0 ? shape.channels : shape.conv[layer - 1].filters;
  const double side = layer == 0 ? shape.side_px : pooled_side(shape, layer - 1);
  return 2.0 * conv.size * conv.size * inputs * conv.filters * side * side;
}

}  // namespace

std::vector<Subject> subjects() {
  return {
      {"s32", 32, {1, 32, {{16, 3}, {32, 3}}, {64}, 10}},
      {"m32", 64, {3, 32, {{32, 5}, {64, 3}, {64, 3}}, {128}, 10}},
      {"s64", 32, {1, 64, {{16, 5}, {32, 3}}, {64}, 10}},
      {"l64", 64, {3, 64, {{64, 3}, {64, 3}, {128, 3}, {128, 3}}, {256, 256}, 10}},
      {"m128", 32, {1, 128, {{32, 5}, {64, 3}, {64, 3}, {128, 3}}, {256, 128}, 10}},
      {"l128", 32, {1, 128, {{64, 7}, {128, 5}, {128, 3}, {128, 3}, {128, 3}}, {512, 256}, 10}},
      {"fc64", 32, {1, 64, {{32, 3}}, {256}, 10}},
      {"odd64", 48, {3, 64, {{23, 5}, {50, 3}, {77, 3}}, {100}, 10}},
  };
}

std::vector<Subject> subjects_called(const std::vector<std::string>& names) {
  std::vector<Subject> all = subjects();
  for (const std::string& name : names) {
    if (std::any_of(all.begin(), all.end(), [&](const Subject& s) { return s.name == name; })) continue;
    std::vector<std::string> known;
    for (const Subject& s : all) known.push_back(s.name);
    bad_input(fmt::format("no network called '{}'; there are: {}", name, fmt::join(known, " ")));
  }
  if (names.empty()) return all;
  std::erase_if(all, [&](const Subject& s) { return std::find(names.begin(), names.end(), s.name) == names.end(); });
  return all;
}

double forward_flops(const NetworkShape& shape) {
  double flops = 0;
  for (std::size_t i = 0; i < shape.conv.size(); ++i) flops += conv_flops(shape, i);
  const double side = pooled_side(shape, shape.conv.size() - 1);
  double inputs = shape.conv.back().filters * side * side;
  for (const int units : shape.dense) {
    flops += 2 * inputs * units;
    inputs = units;
  }
  return flops + 2 * inputs * shape.classes;
}

double step_flops(const NetworkShape& shape) { return 3 * forward_flops(shape) - conv_flops(shape, 0); }

std::vector<float> rivals_weights(const NetworkShape& shape) {
  Rng rng(1);
  std::vector<float> weights;
  const auto layer = [&](double inputs, int outputs) {
    const double bound = 1 / std::sqrt(inputs);
    for (double i = 0; i < (inputs + 1) * outputs; ++i) {
      weights.push_back(static_cast<float>((2 * rng.uniform() - 1) * bound));
    }
  };
  double inputs = shape.channels;
  for (const ConvLayer& conv : shape.conv) {
    layer(inputs * conv.size * conv.size, conv.filters);
    inputs = conv.filters;
  }
  inputs *= std::pow(pooled_side(shape, shape.conv.size() - 1), 2);
  for (const int units : shape.dense) {
    layer(inputs, units);
    inputs = units;
  }
  layer(inputs, shape.classes);
  return weights;
}

Json asked_shape_json(const NetworkShape& shape) {
  Json conv = Json::array();
  for (const ConvLayer& layer : shape.conv) conv.push_back({layer.filters, layer.size});
  return {{"channels", shape.channels},
          {"side", shape.side_px},
          {"conv", conv},
          {"dense", shape.dense},
          {"classes", shape.classes}};
}

NetworkShape asked_shape(const Json& json) {
  NetworkShape shape;
  shape.channels = json.at("channels");
  shape.side_px = json.at("side");
  for (const Json& layer : json.at("conv")) shape.conv.push_back({layer.at(0), layer.at(1)});
  shape.dense = json.at("dense").get<std::vector<int>>();
  shape.classes = json.at("classes");
  check_shape(shape);
  return shape;
}

}  // namespace crescendo
