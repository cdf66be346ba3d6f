#include "importance/axis_basis.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace crescendo {
namespace {

constexpr double kSameAsOthers = 1e-6;  // what is left of a function that others make up, but for rounding

double raw_function(const Axis& axis, std::size_t function, std::size_t cell) {
  if (!axis.ordered) return cell == function ? 1 : 0;
  return std::cos(std::numbers::pi * static_cast<double>(function + 1) * axis.coordinate[cell]);
}

// Takes from a function what those before it, and the constant, say of it; false if nothing is left.
bool make_orthonormal(const Axis& axis, const std::vector<std::vector<double>>& before, std::vector<double>& function) {
  const auto product = [&](const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t cell = 0; cell < a.size(); ++cell) sum += axis.weight[cell] * a[cell] * b[cell];
    return sum;
  };
  const double size = std::sqrt(product(function, function));
  for (int round = 0; round < 2; ++round) {  // once more, for what rounding left
    const std::vector<double> one(function.size(), 1);
    const double middle = product(function, one);
    for (double& value : function) value -= middle;
    for (const auto& other : before) {
      const double factor = product(function, other);
      for (std::size_t cell = 0; cell < function.size(); ++cell) function[cell] -= factor * other[cell];
    }
  }
  const double left = std::sqrt(product(function, function));
  if (left <= kSameAsOthers * size) return false;
  for (double& value : function) value /= left;
  return true;
}

}  // namespace

AxisBasis make_basis(const Axis& axis, std::size_t most, double smoothness) {
  const std::size_t cells = axis.cells();
  const std::size_t tried = axis.ordered ? std::min(most, cells - 1) : cells - 1;
  std::vector<std::vector<double>> functions;
  AxisBasis basis;
  for (std::size_t f = 0; f < tried; ++f) {
    std::vector<double> function(cells);
    for (std::size_t cell = 0; cell < cells; ++cell) function[cell] = raw_function(axis, f, cell);
    if (!make_orthonormal(axis, functions, function)) continue;
    functions.push_back(std::move(function));
    basis.expected.push_back(axis.ordered ? std::pow(static_cast<double>(f + 1), -smoothness) : 1);
  }
  basis.count = functions.size();
  basis.values.resize(cells * basis.count);
  for (std::size_t f = 0; f < basis.count; ++f) {
    for (std::size_t cell = 0; cell < cells; ++cell) basis.values[cell * basis.count + f] = functions[f][cell];
  }
  return basis;
}

}  // namespace crescendo
