#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "crescendo/space.h"
#include "space/parse.h"

namespace crescendo {

/// A function with a known optimum, to be minimised.
struct Problem {
  std::string name;
  Space space;
  std::function<double(const Point&)> loss;
  double optimum;
};

/// Smooth, separable and unimodal on two floats, one of them on a log scale.
inline Problem bowl() {
  Space space = parse_space(Json::parse(R"json([
    {"name": "x", "type": "float", "low": -5, "high": 5},
    {"name": "rate", "type": "float", "low": 1e-5, "high": 1, "log": true}
  ])json"));
  return {"bowl", std::move(space),
          [](const Point& p) { return std::pow(p.values[0] - 2, 2) + std::pow(std::log10(p.values[1]) + 3, 2); }, 0};
}

/// Ints, a step, an ordinal and categories; every value matters by itself.
inline Problem steps() {
  Space space = parse_space(Json::parse(R"json([
    {"name": "n", "type": "int", "low": 1, "high": 12},
    {"name": "drop", "type": "float", "low": 0, "high": 0.9, "step": 0.1},
    {"name": "size", "type": "ordinal", "choices": [3, 5, 7, 9, 11]},
    {"name": "kind", "type": "categorical", "choices": ["a", "b", "c", "d"]}
  ])json"));
  return {"steps", std::move(space),
          [](const Point& p) {
            return 0.1 * std::abs(p.values[0] - 9) + std::abs(p.values[1] - 0.3) + 0.3 * std::abs(p.values[2] - 3) +
                   (p.values[3] == 2 ? 0 : 0.5);
          },
          0};
}

/// Two branches with parameters of their own.
inline Problem branches() {
  Space space = parse_space(Json::parse(R"json([
    {"name": "side", "type": "categorical", "choices": ["left", "right"]},
    {"name": "l", "type": "float", "low": 0, "high": 1, "active_when": "side == 'left'"},
    {"name": "r", "type": "float", "low": 0, "high": 1, "active_when": "side == 'right'"},
    {"name": "both", "type": "float", "low": 0, "high": 1}
  ])json"));
  return {"branches", std::move(space),
          [](const Point& p) {
            const double own = p.values[0] == 0 ? 0.2 + std::pow(p.values[1] - 0.5, 2) : std::pow(p.values[2] - 0.8, 2);
            return own + std::pow(p.values[3] - 0.4, 2);
          },
          0};
}

/// Three layers that may not shrink, as in a sixth of all points, and a combination that is forbidden: the best point
/// lies where the first inequality binds.
inline Problem tapered() {
  Space space = parse_space(Json::parse(R"json([
    {"name": "first", "type": "float", "low": 0, "high": 1},
    {"name": "second", "type": "float", "low": 0, "high": 1},
    {"name": "third", "type": "float", "low": 0, "high": 1},
    {"name": "kind", "type": "categorical", "choices": ["fast", "slow"]},
    {"name": "rate", "type": "float", "low": 1e-4, "high": 1, "log": true, "active_when": "kind == 'fast'"}
  ])json"),
                            {"first <= second", "second <= third", "not (kind == 'fast' and rate > 0.01)"});
  return {"tapered", std::move(space),
          [](const Point& p) {
            const auto& v = p.values;
            const double layers = std::pow(v[0] - 0.6, 2) + std::pow(v[1] - 0.4, 2) + std::pow(v[2] - 0.8, 2);
            return layers + (v[3] == 0 ? 0.1 * std::pow(std::log10(v[4]) + 3, 2) : 0.3);
          },
          0.02};
}

/// Branin's function on [-5, 10] x [0, 15].
inline Problem branin() {
  Space space = parse_space(Json::parse(R"json([
    {"name": "x", "type": "float", "low": -5, "high": 10},
    {"name": "y", "type": "float", "low": 0, "high": 15}
  ])json"));
  return {"branin", std::move(space),
          [](const Point& p) {
            constexpr double kPi = std::numbers::pi;
            const double x = p.values[0], y = p.values[1];
            const double a = y - 5.1 / (4 * kPi * kPi) * x * x + 5 / kPi * x - 6;
            return a * a + 10 * (1 - 1 / (8 * kPi)) * std::cos(x) + 10;
          },
          0.397887};
}

/// Hartmann's six-dimensional function on the unit cube.
inline Problem hartmann6() {
  Json parameters = Json::array();
  for (int i = 0; i < 6; ++i) {
    parameters.push_back({{"name", "x" + std::to_string(i)}, {"type", "float"}, {"low", 0}, {"high", 1}});
  }
  return {
      "hartmann6", parse_space(parameters),
      [](const Point& p) {
        constexpr double kHeight[4] = {1, 1.2, 3, 3.2};
        constexpr double kWidth[4][6] = {
            {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
        constexpr double kCentre[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                          {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                          {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                          {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
        double sum = 0;
        for (int i = 0; i < 4; ++i) {
          double exponent = 0;
          for (int j = 0; j < 6; ++j) {
            exponent += kWidth[i][j] * std::pow(p.values[static_cast<std::size_t>(j)] - kCentre[i][j], 2);
          }
          sum -= kHeight[i] * std::exp(-exponent);
        }
        return sum;
      },
      -3.32237};
}

/// Ten parameters of a network's training, as a formula: floats, log floats, ints, log ints and categories.
inline Problem mixed10() {
  Space space = parse_space(Json::parse(R"json([
    {"name": "lr", "type": "float", "low": 1e-05, "high": 1, "log": true},
    {"name": "l1", "type": "float", "low": 1e-08, "high": 0.01, "log": true},
    {"name": "l2", "type": "float", "low": 1e-08, "high": 0.01, "log": true},
    {"name": "dropout", "type": "float", "low": 0, "high": 0.8},
    {"name": "n_conv", "type": "int", "low": 1, "high": 6},
    {"name": "n_fc", "type": "int", "low": 1, "high": 4},
    {"name": "filters", "type": "int", "low": 8, "high": 512, "log": true},
    {"name": "units", "type": "int", "low": 16, "high": 1024, "log": true},
    {"name": "fsize", "type": "categorical", "choices": [3, 5, 7, 9]},
    {"name": "batch", "type": "categorical", "choices": [16, 32, 64, 128, 256]}
  ])json"));
  return {"mixed10", std::move(space),
          [](const Point& p) {
            constexpr double kFilterSize[4] = {0, 0.01, 0.04, 0.08};
            const auto squared = [](double x) { return x * x; };
            const auto& v = p.values;
            const double rate = std::log10(v[0]) + 2.7, batch = v[9] + 4 - 6;  // log2 of the choice
            const double sum = 0.08 + 0.06 * squared(rate) + 0.004 * squared(std::log10(v[1]) + 6) +
                               0.004 * squared(std::log10(v[2]) + 5) + 0.15 * squared(v[3] - 0.3) +
                               0.01 * squared(v[4] - 4) + 0.004 * squared(v[5] - 2) +
                               0.01 * squared(std::log2(v[6]) - 6.5) + 0.003 * squared(std::log2(v[7]) - 8) +
                               kFilterSize[static_cast<int>(v[8])] + 0.02 * std::abs(batch) + 0.01 * rate * batch;
            return std::min(1.0, sum);
          },
          0.08};
}

}  // namespace crescendo
