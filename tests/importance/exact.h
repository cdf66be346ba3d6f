#pragma once

#include <cmath>
#include <map>
#include <vector>

#include "crescendo/importance.h"

namespace crescendo {

/// All points of a space of choices in which parameter i has the choices 0..sizes[i]-1.
inline TrialTable factorial(const std::vector<std::size_t>& sizes, Kind kind) {
  std::vector<Parameter> parameters;
  std::size_t rows = 1;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    Parameter p;
    p.name = "p" + std::to_string(i);
    p.kind = kind;
    for (std::size_t k = 0; k < sizes[i]; ++k) p.choices.push_back(static_cast<std::int64_t>(k));
    parameters.push_back(p);
    rows *= sizes[i];
  }
  TrialTable table{Space(parameters), {}, {}};
  for (std::size_t row = 0; row < rows; ++row) {
    Point point{std::vector<double>(sizes.size())};
    std::size_t rest = row;
    for (std::size_t i = sizes.size(); i-- > 0; rest /= sizes[i])
      point.values[i] = static_cast<double>(rest % sizes[i]);
    table.points.push_back(point);
    table.losses.push_back(0);
  }
  return table;
}

/// Variance of the mean over all parameters that are not in `subset` (a bit each), from a full factorial.
inline double marginal_variance(const TrialTable& table, unsigned subset) {
  std::map<std::vector<double>, std::pair<double, int>> groups;
  double mean = 0;
  for (std::size_t row = 0; row < table.losses.size(); ++row) {
    std::vector<double> key;
    for (std::size_t i = 0; i < table.space.size(); ++i) {
      if (subset >> i & 1) key.push_back(table.points[row].values[i]);
    }
    groups[key].first += table.losses[row];
    groups[key].second += 1;
    mean += table.losses[row] / static_cast<double>(table.losses.size());
  }
  double sum = 0;
  for (const auto& [key, group] : groups) sum += std::pow(group.first / group.second - mean, 2);
  return sum / static_cast<double>(groups.size());
}

}  // namespace crescendo
