#pragma once

#include <span>
#include <vector>

#include "numeric/matern.h"

namespace crescendo {

/// What is predicted of the function at a row, without an observation's noise.
struct Prediction {
  double mean, variance;
};

/// A Gaussian process whose kernel parameters are given. Rows come at the end and go from there: what is known of the
/// others, a Cholesky factor, stays.
///
/// What it answers depends on the rows that are there and on how many of them came first, all at once, not on those
/// that came and went: the same bits on every machine. For one thread: it keeps room to work in. Cost, for n rows: n^3
/// / 3 for those that came first, n^2 for each further one, each new targets and each prediction.
class GaussianProcess {
 public:
  /// rows: [n][features + 1], the last number a row's level.
  GaussianProcess(std::vector<Compare> features, KernelParameters parameters, std::span<const double> rows);

  std::size_t size() const { return rows_.size(); }
  std::size_t first() const { return first_; }
  std::size_t width() const { return rows_.width(); }
  const KernelParameters& parameters() const { return parameters_; }

  /// Whether `row` is what came as number `i`.
  bool is_row(std::size_t i, std::span<const double> row) const;

  void append(std::span<const double> row) { append(row, parameters_.noise); }

  /// One that is observed with another noise than the others.
  void append(std::span<const double> row, double noise);

  /// Keeps the first `count` rows; not fewer than came first. New targets are needed then.
  void truncate(std::size_t count);

  /// Of all rows.
  void set_targets(std::span<const double> targets);

  /// rows: [m][features + 1].
  void predict(std::span<const double> rows, std::span<double> mean, std::span<double> variance);

  /// The same without variances. Cost: n a row.
  void predict_means(std::span<const double> rows, std::span<double> mean);

  /// What the rows that are there leave unknown of the function at two groups of rows together. a: [m][features + 1], b
  /// likewise; covariance: [m of a][m of b]. Cost: n^2 for each row.
  void covariance(std::span<const double> a, std::span<const double> b, std::span<double> covariance);

  /// The same for one row, with the slopes along its numbers; 0 along categories. Slopes: [feature].
  Prediction predict_one(std::span<const double> row, std::span<double> mean_slope, std::span<double> variance_slope);

 private:
  double* factor_row(std::size_t i) { return factor_.data() + i * stride_; }
  const double* factor_row(std::size_t i) const { return factor_.data() + i * stride_; }
  void reserve(std::size_t count);
  void kernel(std::span<const double> row, std::span<double> values);  // leaves slopes in slope_

  KernelParameters parameters_;
  KernelRows rows_;
  std::size_t first_ = 0, stride_ = 0;
  std::vector<double> factor_;                  // [row][stride], lower
  std::vector<double> weights_;                 // K^-1 targets
  std::vector<double> slope_, solved_, block_;  // room to work in
};

/// The logarithm of the density of kernel parameters given rows and their targets, less a constant: the marginal
/// likelihood, and priors.
///
/// Length scales: log-normal with a median of e^sqrt(2) sqrt(features) and a deviation of sqrt(3) (Hvarfner, Hellsten,
/// Nardi 2024, "Vanilla Bayesian Optimization Performs Great in High Dimensions", as BoTorch 0.12 has it). Amplitude:
/// gamma(2, 1); noise: gamma(1.1, 30) (Optuna 5.0's GPSampler).
class ParameterDensity {
 public:
  /// rows: [n][features + 1].
  ParameterDensity(std::vector<Compare> features, std::span<const double> rows, std::span<const double> targets);

  /// Where parameters may lie, as logarithms: the weights, the amplitude, the noise.
  std::span<const double> low() const { return low_; }
  std::span<const double> high() const { return high_; }

  /// `at`: such logarithms. Writes the slopes along them. Minus infinity where the kernel matrix is singular to
  /// rounding.
  double operator()(std::span<const double> at, std::span<double> slope);

 private:
  void fill_kernel(std::span<const double> at);
  double add_prior(std::span<const double> at, std::span<double> slope) const;

  KernelRows rows_;
  std::vector<double> targets_, low_, high_;
  std::vector<double> row_, weights_, value_, solved_;
  std::vector<double> kernel_, inverse_, slope_;  // [n][n], lower
};

/// The most probable kernel parameters, of those that a few descents find. A pure function of its arguments.
KernelParameters fit_kernel(std::vector<Compare> features, std::span<const double> rows,
                            std::span<const double> targets);

}  // namespace crescendo
