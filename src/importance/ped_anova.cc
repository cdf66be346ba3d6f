#include <algorithm>
#include <cmath>
#include <numeric>

#include "importance/cell_table.h"
#include "space/encode.h"

namespace crescendo {
namespace {

constexpr double kBestShare = 0.1;
constexpr std::size_t kGrid = 50;     // places at which densities of numbers are compared, as in Optuna
constexpr double kPriorWeight = 1;    // of the search distribution, in trials
constexpr double kLeastWidth = 1e-2;  // of a kernel, in 0..1: equal values are no peak of infinite height

double gauss(double distance, double width) { return std::exp(-0.5 * distance * distance / (width * width)) / width; }

// Scott's rule; kernels are cut off at 0 and 1 by dividing by what lies inside, on the grid.
std::vector<double> density_of_numbers(const std::vector<double>& units) {
  const auto count = static_cast<double>(units.size());
  const double mean = std::accumulate(units.begin(), units.end(), 0.0) / count;
  double squares = 0;
  for (const double unit : units) squares += (unit - mean) * (unit - mean);
  const double width = std::max(1.059 * std::sqrt(squares / count) * std::pow(count, -0.2), kLeastWidth);
  std::vector<double> density(kGrid, kPriorWeight / static_cast<double>(kGrid));
  for (const double unit : units) {
    double kernel[kGrid], sum = 0;
    for (std::size_t i = 0; i < kGrid; ++i) {
      kernel[i] = gauss((static_cast<double>(i) + 0.5) / static_cast<double>(kGrid) - unit, width);
      sum += kernel[i];
    }
    for (std::size_t i = 0; i < kGrid; ++i) density[i] += kernel[i] / sum;
  }
  for (double& value : density) value /= count + kPriorWeight;
  return density;
}

std::vector<double> density_of_choices(const std::vector<double>& positions, std::size_t choices) {
  std::vector<double> density(choices, kPriorWeight / static_cast<double>(choices));
  for (const double position : positions) density[static_cast<std::size_t>(position)] += 1;
  for (double& value : density) value /= static_cast<double>(positions.size()) + kPriorWeight;
  return density;
}

std::vector<double> density(const TrialTable& trials, std::size_t parameter, std::span<const std::size_t> rows) {
  const Parameter& p = trials.space[parameter];
  std::vector<double> values;
  for (const std::size_t row : rows) {
    const double value = trials.points[row].values[parameter];
    if (!std::isnan(value)) values.push_back(has_choices(p) ? value : to_unit(p, value));
  }
  if (values.empty()) return {};
  return has_choices(p) ? density_of_choices(values, p.choices.size()) : density_of_numbers(values);
}

double pearson_divergence(const std::vector<double>& of, const std::vector<double>& from) {
  double sum = 0;
  for (std::size_t i = 0; i < of.size(); ++i) sum += (of[i] - from[i]) * (of[i] - from[i]) / from[i];
  return sum;
}

}  // namespace

std::vector<double> ped_anova(const TrialTable& trials) {
  const CellTable table = make_cell_table(trials);
  std::vector<std::size_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::stable_sort(rows.begin(), rows.end(),
                   [&](std::size_t a, std::size_t b) { return table.losses[a] < table.losses[b]; });
  const auto best = static_cast<std::size_t>(std::ceil(kBestShare * static_cast<double>(rows.size())));
  std::vector<double> shares;
  for (std::size_t parameter = 0; parameter < table.width(); ++parameter) {
    const auto of_best = density(trials, parameter, std::span(rows).first(best));
    const auto of_all = density(trials, parameter, rows);
    shares.push_back(of_best.empty() ? 0 : pearson_divergence(of_best, of_all));
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  for (double& share : shares) share = sum > 0 ? share / sum : 0;
  return shares;
}

}  // namespace crescendo
