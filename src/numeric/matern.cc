#include "numeric/matern.h"

#include <algorithm>

#include "numeric/kernel_loops.h"

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
  const KernelLoops& loops = quickest_kernel_loops();
  std::fill(squared.begin(), squared.end(), 0.0);
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const auto add = features_[f] == Compare::kEquality ? loops.add_unequal : loops.add_differences;
    add(columns_[f].data(), row[f], weights[f], squared.data(), squared.size());
  }
}

void KernelRows::add_levels(std::span<const double> row, std::span<double> kernel) const {
  const double* const column = columns_.back().data();
  const double level = row.back();
  for (std::size_t i = 0; i < kernel.size(); ++i) kernel[i] += column[i] == level ? kLevelVariance : 0;
}

void matern(std::span<double> squared_to_slope, std::span<double> value) {
  quickest_kernel_loops().matern(squared_to_slope.data(), value.data(), value.size());
}

}  // namespace crescendo
