#include "bench/importance_problems.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>

#include "base/files.h"
#include "base/json.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

constexpr double kPi = std::numbers::pi;

Space cube(std::size_t width, double low, double high) {
  std::vector<Parameter> parameters(width);
  for (std::size_t i = 0; i < width; ++i) {
    parameters[i].name = "x" + std::to_string(i + 1);
    parameters[i].low = low;
    parameters[i].high = high;
  }
  return Space(parameters);
}

// f = sin x1 + 7 sin^2 x2 + 0.1 x3^4 sin x1
AnovaProblem ishigami() {
  const double one = 0.5 * std::pow(1 + 0.1 * std::pow(kPi, 4) / 5, 2), two = 49.0 / 8;
  const double pair = 0.01 * std::pow(kPi, 8) * (1.0 / 18 - 1.0 / 50), all = one + two + pair;
  return {"ishigami",
          cube(3, -kPi, kPi),
          [](const Point& p) {
            const auto& x = p.values;
            return std::sin(x[0]) + 7 * std::pow(std::sin(x[1]), 2) + 0.1 * std::pow(x[2], 4) * std::sin(x[0]);
          },
          {one / all, two / all, 0},
          {{0, 2, pair / all}}};
}

AnovaProblem sobol_g8() {
  const std::vector<double> a = {0, 1, 4.5, 9, 99, 99, 99, 99};
  std::vector<double> parts;
  double all = 1;
  for (const double value : a) {
    parts.push_back(1.0 / 3 / ((1 + value) * (1 + value)));
    all *= 1 + parts.back();
  }
  all -= 1;
  AnovaProblem problem{"sobol_g8",
                       cube(8, 0, 1),
                       [a](const Point& p) {
                         double product = 1;
                         for (std::size_t i = 0; i < 8; ++i) {
                           product *= (std::abs(4 * p.values[i] - 2) + a[i]) / (1 + a[i]);
                         }
                         return product;
                       },
                       {},
                       {}};
  for (std::size_t i = 0; i < 8; ++i) {
    problem.main.push_back(parts[i] / all);
    for (std::size_t j = i + 1; j < 8; ++j) problem.pairs.push_back({i, j, parts[i] * parts[j] / all});
  }
  return problem;
}

AnovaProblem additive() {
  return {"additive",
          cube(4, 0, 1),
          [](const Point& p) { return p.values[0] + 2 * p.values[1] + 3 * p.values[2] + 4 * p.values[3]; },
          {1.0 / 30, 4.0 / 30, 9.0 / 30, 16.0 / 30},
          {}};
}

// f = 10 sin(pi x1 x2) + 20 (x3 - 1/2)^2 + 10 x4 + 5 x5
AnovaProblem friedman() {
  constexpr int kCells = 1000;  // of the midpoint rule for the sine
  double mean = 0, squares = 0, main = 0;
  for (int i = 0; i < kCells; ++i) {
    double row = 0;
    for (int j = 0; j < kCells; ++j) {
      const double value = 10 * std::sin(kPi * (i + 0.5) / kCells * (j + 0.5) / kCells);
      row += value / kCells;
      squares += value * value / kCells / kCells;
    }
    mean += row / kCells;
    main += row * row / kCells;
  }
  main -= mean * mean;
  const double pair = squares - mean * mean - 2 * main, square = 400.0 / 180, four = 100.0 / 12, five = 25.0 / 12;
  const double all = 2 * main + pair + square + four + five;
  return {"friedman",
          cube(10, 0, 1),
          [](const Point& p) {
            const auto& x = p.values;
            return 10 * std::sin(kPi * x[0] * x[1]) + 20 * (x[2] - 0.5) * (x[2] - 0.5) + 10 * x[3] + 5 * x[4];
          },
          {main / all, main / all, square / all, four / all, five / all, 0, 0, 0, 0, 0},
          {{0, 1, pair / all}}};
}

// A learning rate above which nothing learns, beside something smooth.
AnovaProblem cliff() {
  const double step = 9 * 0.63 * 0.37, linear = 4.0 / 12, product = 1.0 / 48, pair = 1.0 / 144;
  const double all = step + linear + 2 * product + pair;
  return {"cliff",
          cube(6, 0, 1),
          [](const Point& p) {
            const auto& x = p.values;
            return (x[0] > 0.63 ? 3.0 : 0.0) + 2 * x[1] + x[2] * x[3];
          },
          {step / all, linear / all, product / all, product / all, 0, 0},
          {{2, 3, pair / all}}};
}

// A cliff in a corner of two parameters.
AnovaProblem corner() {
  const double inside = 0.4 * 0.6, step = 9 * inside * (1 - inside), linear = 1.0 / 12, all = step + linear;
  const double one = 9 * (0.4 * 0.6 * 0.6 - inside * inside), two = 9 * (0.6 * 0.4 * 0.4 - inside * inside);
  return {"corner",
          cube(6, 0, 1),
          [](const Point& p) { return (p.values[0] > 0.6 && p.values[1] > 0.4 ? 3.0 : 0.0) + p.values[2]; },
          {one / all, two / all, linear / all, 0, 0, 0},
          {{0, 1, (step - one - two) / all}}};
}

// Main effects by integration with 4 million samples.
AnovaProblem mixed() {
  Problem problem = mixed10();
  return {"mixed10",    std::move(problem.space),
          problem.loss, {0.757, 0.0171, 0.0063, 0.0055, 0.0504, 0.0021, 0.0629, 0.0103, 0.0537, 0.0129},
          {},           false};
}

// Shares of a full table in mixed radix, the last parameter fastest.
std::vector<double> exact_shares(const std::vector<double>& table, const std::vector<std::size_t>& sizes) {
  const auto rows = static_cast<double>(table.size());
  double mean = 0, all = 0;
  for (const double value : table) mean += value / rows;
  for (const double value : table) all += (value - mean) * (value - mean) / rows;
  std::vector<double> shares;
  std::size_t stride = table.size();
  for (const std::size_t size : sizes) {
    stride /= size;
    std::vector<double> means(size);
    for (std::size_t row = 0; row < table.size(); ++row) {
      means[row / stride % size] += (table[row] - mean) * static_cast<double>(size) / rows;
    }
    double part = 0;
    for (const double value : means) part += value * value / static_cast<double>(size);
    shares.push_back(part / all);
  }
  return shares;
}

}  // namespace

std::vector<AnovaProblem> anova_functions() {
  return {ishigami(), sobol_g8(), additive(), friedman(), cliff(), corner(), mixed()};
}

std::vector<AnovaProblem> anova_tables(const std::filesystem::path& problems) {
  const auto folder = problems / "tabular" / "hpolib";
  const Json meta = parse_json(read_file(folder / "space.json"), "space.json");
  const auto seeds = meta.at("n_seeds").get<std::size_t>();
  std::vector<Parameter> parameters;
  std::vector<std::size_t> sizes;
  for (const Json& json : meta.at("params")) {
    Parameter parameter;
    parameter.name = json.at("name");
    parameter.kind = json.at("type") == "str" ? Kind::kCategorical : Kind::kOrdinal;
    sizes.push_back(json.at("choices").size());
    for (std::size_t k = 0; k < sizes.back(); ++k) parameter.choices.emplace_back(static_cast<std::int64_t>(k));
    parameters.push_back(parameter);
  }
  std::vector<AnovaProblem> found;
  for (const std::string name : {"protein_structure", "slice_localization"}) {
    const std::string raw = read_file(folder / (name + ".f32"));
    std::vector<float> losses(raw.size() / sizeof(float));
    std::memcpy(losses.data(), raw.data(), losses.size() * sizeof(float));
    const auto table = std::make_shared<std::vector<double>>();
    for (std::size_t row = 0; row < losses.size() / seeds; ++row) {
      double sum = 0;
      for (std::size_t seed = 0; seed < seeds; ++seed) sum += static_cast<double>(losses[row * seeds + seed]);
      table->push_back(std::log10(sum / static_cast<double>(seeds)));
    }
    const auto loss = [table, sizes](const Point& point) {
      std::size_t row = 0;
      for (std::size_t i = 0; i < sizes.size(); ++i) row = row * sizes[i] + static_cast<std::size_t>(point.values[i]);
      return (*table)[row];
    };
    found.push_back({name, Space(parameters), loss, exact_shares(*table, sizes), {}, false});
  }
  return found;
}

}  // namespace crescendo
