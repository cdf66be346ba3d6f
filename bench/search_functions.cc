#include <cmath>
#include <numbers>

#include "bench/search_problems.h"
#include "space/parse.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

/// Rosenbrock's valley in five dimensions.
Problem rosenbrock5() {
  Json parameters = Json::array();
  for (int i = 0; i < 5; ++i) {
    parameters.push_back({{"name", "x" + std::to_string(i)}, {"type", "float"}, {"low", -5}, {"high", 10}});
  }
  return {"rosenbrock5", parse_space(parameters),
          [](const Point& p) {
            double sum = 0;
            for (std::size_t i = 0; i + 1 < p.values.size(); ++i) {
              const double x = p.values[i], next = p.values[i + 1];
              sum += 100 * std::pow(next - x * x, 2) + std::pow(1 - x, 2);
            }
            return sum;
          },
          0};
}

/// Ackley's function of five parameters of different kinds, each with its best value off the middle.
Problem ackley5() {
  Space space = parse_space(Json::parse(R"json([
    {"name": "a", "type": "float", "low": -10, "high": 20},
    {"name": "b", "type": "float", "low": 1e-5, "high": 1, "log": true},
    {"name": "c", "type": "int", "low": -8, "high": 25},
    {"name": "d", "type": "ordinal", "choices": [1, 2, 4, 8, 16, 32, 64]},
    {"name": "e", "type": "categorical", "choices": ["u", "v", "w", "x", "y", "z"]}
  ])json"));
  return {"ackley5", std::move(space),
          [](const Point& p) {
            // Apart from each other as far as Ackley's waves are: the categories' order means nothing.
            constexpr double kCategory[6] = {4, 9, 2, 0, 7, 5};
            const auto& v = p.values;
            const double x[5] = {v[0] - 2.5, 5 * (std::log10(v[1]) + 3.5), v[2] - 3, 3 * (v[3] - 4),
                                 kCategory[static_cast<int>(v[4])]};
            double squares = 0, waves = 0;
            for (const double one : x) {
              squares += one * one;
              waves += std::cos(2 * std::numbers::pi * one);
            }
            return 20 + std::numbers::e - 20 * std::exp(-0.2 * std::sqrt(squares / 5)) - std::exp(waves / 5);
          },
          0};
}

}  // namespace

std::vector<SearchProblem> built_in_problems() {
  std::vector<SearchProblem> problems;
  for (Problem& made : std::vector<Problem>{mixed10(), branin(), hartmann6(), rosenbrock5(), ackley5()}) {
    SearchProblem problem;
    problem.name = made.name;
    problem.params = to_json(made.space);
    problem.space = std::move(made.space);
    problem.best = made.optimum;
    problem.loss = std::move(made.loss);
    problems.push_back(std::move(problem));
  }
  return problems;
}

}  // namespace crescendo
