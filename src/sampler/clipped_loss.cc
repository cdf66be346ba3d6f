#include "sampler/clipped_loss.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace crescendo {
namespace {

constexpr double kShrunk = 1.0 / 8;  // so that no difference is too large for a double

double mean(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value / static_cast<double>(values.size());
  return sum;
}

void clip(std::vector<double>& values) {
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const double lowest = sorted.front(), median = sorted[sorted.size() / 2];
  if (median == lowest) return;
  for (double& value : values) value = std::min(value, median + kClip * (median - lowest));
}

// To deviation 1, around 0.
void scale(std::span<double> values) {
  double most = 0, squares = 0;
  for (const double value : values) most = std::max(most, std::abs(value));
  if (most == 0) return;
  for (double& value : values) {
    value /= most;
    squares += value * value / static_cast<double>(values.size());
  }
  for (double& value : values) value /= std::sqrt(squares);
}

}  // namespace

std::vector<double> clipped_losses(std::span<const double> losses, std::span<const int> rungs) {
  std::map<int, std::vector<double>> of_rung;
  for (std::size_t i = 0; i < losses.size(); ++i) of_rung[rungs[i]].push_back(losses[i] * kShrunk);
  for (auto& [rung, values] : of_rung) {
    clip(values);
    const double middle = mean(values);
    const bool equal = std::all_of(values.begin(), values.end(), [&](double v) { return v == values.front(); });
    for (double& value : values) value = equal ? 0 : value - middle;
  }
  std::vector<double> result;
  std::map<int, std::size_t> next;
  for (const int rung : rungs) result.push_back(of_rung[rung][next[rung]++]);
  scale(result);
  return result;
}

}  // namespace crescendo
