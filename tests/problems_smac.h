#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>

#include "space/parse.h"

namespace crescendo {

/// A function with a known optimum.
struct Problem {
  std::string name;
  Space space;
  std::function<double(const Point&)> loss;
  double optimum;
};

inline Problem branin() {
  return {"branin", parse_space(Json::parse(R"([
      {"name": "x", "type": "float", "low": -5, "high": 10},
      {"name": "y", "type": "float", "low": 0, "high": 15}])")),
          [](const Point& point) {
            constexpr double kPi = std::numbers::pi;
            const double x = point.values[0], y = point.values[1];
            const double bend = y - 5.1 / (4 * kPi * kPi) * x * x + 5 / kPi * x - 6;
            return bend * bend + 10 * (1 - 1 / (8 * kPi)) * std::cos(x) + 10;
          },
          0.397887};
}

inline Problem hartmann6() {
  Json parameters = Json::array();
  for (int i = 0; i < 6; ++i) {
    parameters.push_back({{"name", "x" + std::to_string(i)}, {"type", "float"}, {"low", 0}, {"high", 1}});
  }
  return {
      "hartmann6", parse_space(parameters),
      [](const Point& point) {
        constexpr double kHeight[4] = {1, 1.2, 3, 3.2};
        constexpr double kWidth[4][6] = {
            {10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}};
        constexpr double kCentre[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                          {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                          {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                          {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
        double sum = 0;
        for (int k = 0; k < 4; ++k) {
          double distance = 0;
          for (std::size_t i = 0; i < 6; ++i) {
            const double away = point.values[i] - kCentre[k][i];
            distance += kWidth[k][i] * away * away;
          }
          sum -= kHeight[k] * std::exp(-distance);
        }
        return sum;
      },
      -3.32237};
}

/// Ten parameters of a CNN: logs, ints and categories.
inline Problem mixed10() {
  return {"mixed10", parse_space(Json::parse(R"([
      {"name": "lr", "type": "float", "low": 1e-5, "high": 1, "log": true},
      {"name": "l1", "type": "float", "low": 1e-8, "high": 0.01, "log": true},
      {"name": "l2", "type": "float", "low": 1e-8, "high": 0.01, "log": true},
      {"name": "dropout", "type": "float", "low": 0, "high": 0.8},
      {"name": "n_conv", "type": "int", "low": 1, "high": 6},
      {"name": "n_fc", "type": "int", "low": 1, "high": 4},
      {"name": "filters", "type": "int", "low": 8, "high": 512, "log": true},
      {"name": "units", "type": "int", "low": 16, "high": 1024, "log": true},
      {"name": "fsize", "type": "categorical", "choices": [3, 5, 7, 9]},
      {"name": "batch", "type": "categorical", "choices": [16, 32, 64, 128, 256]}])")),
          [](const Point& point) {
            const auto square = [](double x) { return x * x; };
            constexpr double kOfSize[4] = {0, 0.01, 0.04, 0.08};
            const auto& v = point.values;
            const double rate = std::log10(v[0]) + 2.7, batch = v[9] - 2;  // log2 batch - 6
            return std::min(1.0, 0.08 + 0.06 * square(rate) + 0.004 * square(std::log10(v[1]) + 6) +
                                     0.004 * square(std::log10(v[2]) + 5) + 0.15 * square(v[3] - 0.3) +
                                     0.01 * square(v[4] - 4) + 0.004 * square(v[5] - 2) +
                                     0.01 * square(std::log2(v[6]) - 6.5) + 0.003 * square(std::log2(v[7]) - 8) +
                                     kOfSize[static_cast<int>(v[8])] + 0.02 * std::abs(batch) + 0.01 * rate * batch);
          },
          0.08};
}

}  // namespace crescendo
