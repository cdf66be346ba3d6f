#include "numeric/matern.h"

#include <cmath>

#include "numeric/normal.h"

namespace crescendo {

void KernelRows::append(std::span<const double> row) {
  for (std::size_t f = 0; f < width(); ++f) columns_[f].push_back(row[f]);
}

void KernelRows::truncate(std::size_t count) {
  for (auto& column : columns_) column.resize(count);
}

void KernelRows::copy_row(std::size_t i, std::span<double> row) const {
  for (std::size_t f = 0; f < width(); ++f) row[f] = columns_[f][i];
}

void KernelRows::distances(std::span<const double> row, std::span<const double> weights,
                           std::span<double> squared) const {
  const std::size_t count = squared.size();
  double* const sum = squared.data();
  for (std::size_t i = 0; i < count; ++i) sum[i] = 0;
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const double* const column = columns_[f].data();
    const double at = row[f], weight = weights[f];
    if (features_[f] == Compare::kEquality) {
      for (std::size_t i = 0; i < count; ++i) sum[i] += column[i] == at ? 0 : weight;
    } else {
      for (std::size_t i = 0; i < count; ++i) sum[i] += weight * (column[i] - at) * (column[i] - at);
    }
  }
}

void KernelRows::add_levels(std::span<const double> row, std::span<double> kernel) const {
  const double* const column = columns_.back().data();
  const double level = row.back();
  for (std::size_t i = 0; i < kernel.size(); ++i) kernel[i] += column[i] == level ? kLevelVariance : 0;
}

void matern(std::span<double> squared_to_slope, std::span<double> value) {
  constexpr double kRoot5 = 2.2360679774997896964;
  double* const squared = squared_to_slope.data();
  double* const result = value.data();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const double r5 = kRoot5 * std::sqrt(squared[i]), decay = quick_exp(-r5);
    result[i] = (1 + r5 + r5 * r5 / 3) * decay;
    squared[i] = -(5.0 / 6) * (1 + r5) * decay;
  }
}

}  // namespace crescendo
