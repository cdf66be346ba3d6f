#pragma once

#include <span>
#include <vector>

namespace crescendo {

/// How a kernel tells two values of a feature apart.
enum class Compare {
  kDifference,  // a number: by how far they are from each other
  kEquality     // a category: the Hamming distance, 0 or 1
};

/// k(a, b) = amplitude M(r), and kLevelVariance more where both rows are of one level; M is Matérn's function of
/// smoothness 5/2, r^2 the sum over the features of weight * distance^2. An observation has noise of this variance.
///
/// The Hamming distance of categories is half the squared distance of their unit vectors, so M(r) is a Matérn kernel of
/// points in a space of more dimensions: positive definite.
struct KernelParameters {
  std::vector<double> weights;  // [feature] 1 / length scale^2
  double amplitude = 1, noise = 0.01;
};

/// Rows of one level share a constant that is not known, with this variance: that of a study and a rung. Targets have
/// variance 1.
inline constexpr double kLevelVariance = 1;

/// Rows that kernels are computed of, one column a feature and one for the level, which is the last number of a row.
class KernelRows {
 public:
  explicit KernelRows(std::vector<Compare> features) : features_(std::move(features)), columns_(width()) {}

  std::size_t width() const { return features_.size() + 1; }
  std::size_t size() const { return columns_.front().size(); }
  std::span<const Compare> features() const { return features_; }
  std::span<const double> column(std::size_t feature) const { return columns_[feature]; }

  void append(std::span<const double> row);
  void truncate(std::size_t count);
  void copy_row(std::size_t i, std::span<double> row) const;

  /// r^2 between `row` and the first of these rows, as many as `squared` has.
  void distances(std::span<const double> row, std::span<const double> weights, std::span<double> squared) const;

  /// Adds kLevelVariance where the levels are equal.
  void add_levels(std::span<const double> row, std::span<double> kernel) const;

 private:
  std::vector<Compare> features_;
  std::vector<std::vector<double>> columns_;
};

/// M at each r^2, and in the place of r^2 its slope, dM / d(r^2). To a relative error of 1e-10.
void matern(std::span<double> squared_to_slope, std::span<double> value);

}  // namespace crescendo
