#include "numeric/gaussian_process.h"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <numbers>

#include "crescendo/error.h"
#include "numeric/descent.h"
#include "numeric/kernel_loops.h"

namespace crescendo {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Strided = Eigen::Map<Matrix, 0, Eigen::OuterStride<>>;
using ConstStrided = Eigen::Map<const Matrix, 0, Eigen::OuterStride<>>;
using Vector = Eigen::Map<Eigen::VectorXd>;
using ConstVector = Eigen::Map<const Eigen::VectorXd>;
using ConstArray = Eigen::Map<const Eigen::ArrayXd>;

constexpr std::size_t kRoom = 64;         // rows that a factor grows by; even, so that its rows are aligned alike
constexpr Eigen::Index kSmall = 32;       // triangles that are not divided further
constexpr double kLeastVariance = 1e-12;  // of a prediction, as a share of what was not known before
constexpr double kLongest = 100, kShortest = 0.01;  // length scales, of a range of 1
constexpr double kLeastAmplitude = 0.01, kMostAmplitude = 100, kLeastNoise = 1e-6, kMostNoise = 1;

// The priors' constants.
constexpr double kLogMedianLength = std::numbers::sqrt2, kLengthVariance = 3;  // of the logarithm
constexpr double kAmplitudeShape = 2, kAmplitudeRate = 1, kNoiseShape = 1.1, kNoiseRate = 30;

double log_median_length(std::size_t features) {
  return kLogMedianLength + std::log(static_cast<double>(features)) / 2;
}

// Where descents begin: length scales, in units of the most probable, and noise.
struct Start {
  double length, noise;
};
constexpr Start kStarts[] = {{1, 1e-2}, {4, 1e-4}};
constexpr DescentOptions kFirstSteps = {8, 1e-2, 1e-5, 1}, kFit = {40, 1e-2, 1e-5, 1};

Eigen::Index index(std::size_t i) { return static_cast<Eigen::Index>(i); }

// Eigen cuts matrices to the caches that it finds, and what is cut otherwise is rounded otherwise: a build shall search
// alike on every machine.
void cut_alike_everywhere() {
  static std::once_flag done;
  std::call_once(done, [] { Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 4 << 20); });
}

std::size_t rounded_up(std::size_t count) { return (count + kRoom - 1) / kRoom * kRoom; }

// The lower triangle becomes its Cholesky factor; false where it is not positive definite.
bool factorize(Eigen::Ref<Matrix, 0, Eigen::OuterStride<>> lower) {
  return Eigen::LLT<Eigen::Ref<Matrix, 0, Eigen::OuterStride<>>>(lower).info() == Eigen::Success;
}

// L -> L^-1, by halves: most of the work is products of matrices, and zeros are left out.
void invert(Eigen::Ref<Matrix, 0, Eigen::OuterStride<>> lower) {
  const Eigen::Index n = lower.rows();
  if (n <= kSmall) {
    Matrix inverse = Matrix::Identity(n, n);
    lower.triangularView<Eigen::Lower>().solveInPlace(inverse);
    lower.triangularView<Eigen::Lower>() = inverse;
    return;
  }
  const Eigen::Index half = n / 2 / 8 * 8, rest = n - half;
  auto top = lower.topLeftCorner(half, half), bottom = lower.bottomRightCorner(rest, rest);
  auto below = lower.bottomLeftCorner(rest, half);
  bottom.triangularView<Eigen::Lower>().solveInPlace(below);
  invert(top);
  invert(bottom);
  below = -below * top.triangularView<Eigen::Lower>();
}

// L -> the lower triangle of L^T L, likewise.
void multiply_by_transpose(Eigen::Ref<Matrix, 0, Eigen::OuterStride<>> lower) {
  const Eigen::Index n = lower.rows();
  if (n <= kSmall) {
    const Matrix full = lower.triangularView<Eigen::Lower>();
    lower.triangularView<Eigen::Lower>() = full.transpose() * full;
    return;
  }
  const Eigen::Index half = n / 2 / 8 * 8, rest = n - half;
  auto top = lower.topLeftCorner(half, half), bottom = lower.bottomRightCorner(rest, rest);
  auto below = lower.bottomLeftCorner(rest, half);
  multiply_by_transpose(top);
  top.selfadjointView<Eigen::Lower>().rankUpdate(below.transpose());
  below = bottom.triangularView<Eigen::Lower>().transpose() * below;
  multiply_by_transpose(bottom);
}

}  // namespace

GaussianProcess::GaussianProcess(std::vector<Compare> features, KernelParameters parameters,
                                 std::span<const double> rows)
    : parameters_(std::move(parameters)), rows_(std::move(features)), first_(rows.size() / rows_.width()) {
  cut_alike_everywhere();
  reserve(first_);
  for (std::size_t i = 0; i < first_; ++i) {
    const auto row = rows.subspan(i * width(), width());
    rows_.append(row);
    kernel(row, {factor_row(i), i + 1});
    factor_row(i)[i] += parameters_.noise;
  }
  const Eigen::Index n = index(first_);
  check(factorize(Strided(factor_.data(), n, n, Eigen::OuterStride<>(index(stride_)))),
        "a kernel matrix with noise is positive definite");
}

void GaussianProcess::reserve(std::size_t count) {
  if (count <= stride_) return;
  const std::size_t stride = rounded_up(count);
  std::vector<double> wider(stride * stride);
  for (std::size_t i = 0; i < size(); ++i) std::copy_n(factor_row(i), i + 1, wider.begin() + index(i * stride));
  factor_.swap(wider);
  stride_ = stride;
  for (auto* room : {&slope_, &solved_}) room->resize(stride);
  block_.resize(stride * kSolvedTogether);
}

void GaussianProcess::kernel(std::span<const double> row, std::span<double> values) {
  const auto slopes = std::span(slope_).first(values.size());
  rows_.distances(row, parameters_.weights, slopes);
  matern(slopes, values);
  for (double& value : values) value *= parameters_.amplitude;
  rows_.add_levels(row, values);
}

bool GaussianProcess::is_row(std::size_t i, std::span<const double> row) const {
  for (std::size_t f = 0; f < width(); ++f) {
    if (rows_.column(f)[i] != row[f]) return false;
  }
  return true;
}

void GaussianProcess::append(std::span<const double> row, double noise) {
  const std::size_t n = size();
  reserve(n + 1);
  double* const last = factor_row(n);
  kernel(row, {last, n});
  Vector solved(last, index(n));
  quickest_kernel_loops().solve(factor_.data(), stride_, n, last);
  // What the others leave unknown of it is the noise at least, whatever rounding says.
  const double left = parameters_.amplitude + kLevelVariance + noise - solved.squaredNorm();
  last[n] = std::sqrt(std::max(left, noise));
  rows_.append(row);
}

void GaussianProcess::truncate(std::size_t count) {
  check(count >= first_, "rows that came first stay");
  rows_.truncate(count);
}

void GaussianProcess::set_targets(std::span<const double> targets) {
  weights_.assign(targets.begin(), targets.end());
  quickest_kernel_loops().solve(factor_.data(), stride_, size(), weights_.data());
  quickest_kernel_loops().solve_transposed(factor_.data(), stride_, size(), weights_.data());
}

void GaussianProcess::predict(std::span<const double> rows, std::span<double> mean, std::span<double> variance) {
  const std::size_t n = size();
  const double before = parameters_.amplitude + kLevelVariance;
  const ConstVector weights(weights_.data(), index(n));
  for (std::size_t begin = 0; begin < mean.size(); begin += kSolvedTogether) {
    const std::size_t count = std::min(kSolvedTogether, mean.size() - begin);
    std::fill_n(block_.begin(), n * kSolvedTogether, 0.0);
    for (std::size_t k = 0; k < count; ++k) {
      kernel(rows.subspan((begin + k) * width(), width()), std::span(solved_).first(n));
      mean[begin + k] = ConstVector(solved_.data(), index(n)).dot(weights);
      for (std::size_t i = 0; i < n; ++i) block_[i * kSolvedTogether + k] = solved_[i];
    }
    quickest_kernel_loops().solve_lanes(factor_.data(), stride_, n, block_.data());
    std::array<double, kSolvedTogether> explained{};
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t k = 0; k < kSolvedTogether; ++k)
        explained[k] += block_[i * kSolvedTogether + k] * block_[i * kSolvedTogether + k];
    }
    for (std::size_t k = 0; k < count; ++k) {
      variance[begin + k] = std::max(before - explained[k], kLeastVariance * before);
    }
  }
}

void GaussianProcess::covariance(std::span<const double> a, std::span<const double> b, std::span<double> covariance) {
  const std::size_t n = size(), of_a = a.size() / width(), of_b = b.size() / width();
  const ConstStrided factor(factor_.data(), index(n), index(n), Eigen::OuterStride<>(index(stride_)));
  const auto solved = [&](std::span<const double> rows, std::size_t count) {
    Eigen::MatrixXd columns(index(n), index(count));
    for (std::size_t k = 0; k < count; ++k) {
      kernel(rows.subspan(k * width(), width()), {columns.data() + k * n, n});
    }
    factor.triangularView<Eigen::Lower>().solveInPlace(columns);
    return columns;
  };
  KernelRows others({rows_.features().begin(), rows_.features().end()});
  for (std::size_t k = 0; k < of_b; ++k) others.append(b.subspan(k * width(), width()));
  std::vector<double> slope(of_b);
  for (std::size_t i = 0; i < of_a; ++i) {
    const auto row = a.subspan(i * width(), width());
    const auto values = covariance.subspan(i * of_b, of_b);
    others.distances(row, parameters_.weights, slope);
    matern(slope, values);
    for (double& value : values) value *= parameters_.amplitude;
    others.add_levels(row, values);
  }
  Eigen::Map<Matrix>(covariance.data(), index(of_a), index(of_b)).noalias() -=
      solved(a, of_a).transpose() * solved(b, of_b);
}

void GaussianProcess::predict_means(std::span<const double> rows, std::span<double> mean) {
  const std::size_t n = size();
  for (std::size_t k = 0; k < mean.size(); ++k) {
    kernel(rows.subspan(k * width(), width()), std::span(solved_).first(n));
    mean[k] = ConstVector(solved_.data(), index(n)).dot(ConstVector(weights_.data(), index(n)));
  }
}

Prediction GaussianProcess::predict_one(std::span<const double> row, std::span<double> mean_slope,
                                        std::span<double> variance_slope) {
  const std::size_t n = size();
  const double before = parameters_.amplitude + kLevelVariance;
  kernel(row, std::span(solved_).first(n));
  Vector solved(solved_.data(), index(n));
  const double mean = solved.dot(ConstVector(weights_.data(), index(n)));
  quickest_kernel_loops().solve(factor_.data(), stride_, n, solved_.data());
  const double variance = before - solved.squaredNorm();
  quickest_kernel_loops().solve_transposed(factor_.data(), stride_, n, solved_.data());
  Eigen::Map<Eigen::ArrayXd> by_mean(block_.data(), index(n)), by_variance(block_.data() + n, index(n));
  const ConstArray slopes(slope_.data(), index(n));
  by_mean = slopes * ConstArray(weights_.data(), index(n));
  by_variance = slopes * solved.array();
  for (std::size_t f = 0; f < rows_.features().size(); ++f) {
    mean_slope[f] = variance_slope[f] = 0;
    if (rows_.features()[f] == Compare::kEquality) continue;
    const auto apart = row[f] - ConstArray(rows_.column(f).data(), index(n));
    const double scale = 2 * parameters_.amplitude * parameters_.weights[f];
    mean_slope[f] = scale * (by_mean * apart).sum();
    variance_slope[f] = -2 * scale * (by_variance * apart).sum();
  }
  return {mean, std::max(variance, kLeastVariance * before)};
}

ParameterDensity::ParameterDensity(std::vector<Compare> features, std::span<const double> rows,
                                   std::span<const double> targets)
    : rows_(std::move(features)), targets_(targets.begin(), targets.end()) {
  cut_alike_everywhere();
  const std::size_t n = targets.size(), parameters = rows_.features().size();
  for (std::size_t i = 0; i < n; ++i) rows_.append(rows.subspan(i * rows_.width(), rows_.width()));
  low_.assign(parameters, -2 * std::log(kLongest));
  high_.assign(parameters, -2 * std::log(kShortest));
  low_.insert(low_.end(), {std::log(kLeastAmplitude), std::log(kLeastNoise)});
  high_.insert(high_.end(), {std::log(kMostAmplitude), std::log(kMostNoise)});
  row_.resize(rows_.width());
  weights_.resize(parameters);
  value_.resize(n);
  solved_.resize(n);
  for (auto* matrix : {&kernel_, &inverse_, &slope_}) matrix->resize(n * n);
}

// kernel_: M, slope_: dM / d(r^2).
void ParameterDensity::fill_kernel(std::span<const double> at) {
  const std::size_t n = targets_.size();
  for (std::size_t f = 0; f < weights_.size(); ++f) weights_[f] = std::exp(at[f]);
  for (std::size_t i = 0; i < n; ++i) {
    rows_.copy_row(i, row_);
    const std::span slope(slope_.data() + i * n, i + 1);
    rows_.distances(row_, weights_, slope);
    matern(slope, {kernel_.data() + i * n, i + 1});
  }
}

double ParameterDensity::operator()(std::span<const double> at, std::span<double> slope) {
  const std::size_t n = targets_.size(), features = weights_.size();
  const double amplitude = std::exp(at[features]), noise = std::exp(at[features + 1]);
  fill_kernel(at);
  const auto matrix = [n](std::vector<double>& values) {
    return Strided(values.data(), index(n), index(n), Eigen::OuterStride<>(index(n)));
  };
  for (std::size_t i = 0; i < n; ++i) {
    rows_.copy_row(i, row_);
    const std::span inverse(inverse_.data() + i * n, i + 1);
    for (std::size_t j = 0; j <= i; ++j) inverse[j] = amplitude * kernel_[i * n + j];
    rows_.add_levels(row_, inverse);
    inverse[i] += noise;
  }
  if (!factorize(matrix(inverse_))) return -std::numeric_limits<double>::infinity();

  double density = 0;
  for (std::size_t i = 0; i < n; ++i) density -= std::log(inverse_[i * n + i]);
  std::copy(targets_.begin(), targets_.end(), solved_.begin());
  Vector solved(solved_.data(), index(n));
  matrix(inverse_).triangularView<Eigen::Lower>().solveInPlace(solved);
  density -= solved.squaredNorm() / 2;
  matrix(inverse_).triangularView<Eigen::Lower>().transpose().solveInPlace(solved);
  invert(matrix(inverse_));
  multiply_by_transpose(matrix(inverse_));

  // d density / dK = (solved solved^T - K^-1) / 2; an entry beside the diagonal stands for its mirror image too.
  std::fill(slope.begin(), slope.end(), 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    const auto before = [&](const double* values) { return ConstArray(values, index(i)); };
    Eigen::Map<Eigen::ArrayXd> by_kernel(inverse_.data() + i * n, index(i)),
        by_distance(slope_.data() + i * n, index(i));
    const double by_diagonal = (solved_[i] * solved_[i] - inverse_[i * n + i]) / 2;
    by_kernel = solved_[i] * before(solved_.data()) - by_kernel;
    slope[features] += amplitude * ((by_kernel * before(kernel_.data() + i * n)).sum() + by_diagonal);
    slope[features + 1] += noise * by_diagonal;
    by_distance *= by_kernel;
    for (std::size_t f = 0; f < features; ++f) {
      const double* const column = rows_.column(f).data();
      const double sum = rows_.features()[f] == Compare::kEquality
                             ? (before(column) == column[i]).select(0.0, by_distance).sum()
                             : (by_distance * (before(column) - column[i]).square()).sum();
      slope[f] += amplitude * weights_[f] * sum;
    }
  }
  return density + add_prior(at, slope);
}

// Adds its slopes.
double ParameterDensity::add_prior(std::span<const double> at, std::span<double> slope) const {
  const std::size_t features = weights_.size();
  const double median = log_median_length(features);
  double density = 0;
  for (std::size_t f = 0; f < features; ++f) {
    const double length = -at[f] / 2, above = (length - median) / kLengthVariance;  // its logarithm
    density -= above * (length - median) / 2 + length;
    slope[f] += (above + 1) / 2;
  }
  const double amplitude = std::exp(at[features]), noise = std::exp(at[features + 1]);
  density += at[features] * (kAmplitudeShape - 1) - kAmplitudeRate * amplitude;
  slope[features] += kAmplitudeShape - 1 - kAmplitudeRate * amplitude;
  density += at[features + 1] * (kNoiseShape - 1) - kNoiseRate * noise;
  slope[features + 1] += kNoiseShape - 1 - kNoiseRate * noise;
  return density;
}

KernelParameters fit_kernel(std::vector<Compare> features, std::span<const double> rows,
                            std::span<const double> targets) {
  const std::size_t width = features.size();
  ParameterDensity density(std::move(features), rows, targets);
  const Slope lack = [&](std::span<const double> at, std::span<double> slope) {
    const double value = -density(at, slope);
    for (double& each : slope) each = -each;
    return value;
  };
  std::vector<double> best;
  double least = std::numeric_limits<double>::infinity();
  for (const Start& start : kStarts) {
    const double mode = log_median_length(width) - kLengthVariance;
    std::vector<double> at(width, -2 * (mode + std::log(start.length)));
    at.insert(at.end(), {0.0, std::log(start.noise)});
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = std::clamp(at[i], density.low()[i], density.high()[i]);
    const double value = descend(lack, density.low(), density.high(), at, kFirstSteps);
    if (value < least || best.empty()) {
      least = value;
      best = std::move(at);
    }
  }
  descend(lack, density.low(), density.high(), best, kFit);  // where both lead to one place, as they mostly do
  KernelParameters found;
  for (std::size_t f = 0; f < width; ++f) found.weights.push_back(std::exp(best[f]));
  found.amplitude = std::exp(best[width]);
  found.noise = std::exp(best[width + 1]);
  return found;
}

}  // namespace crescendo
