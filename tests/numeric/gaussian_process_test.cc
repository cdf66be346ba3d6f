#include "numeric/gaussian_process.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>

#include "crescendo/rng.h"

namespace crescendo {
namespace {

const std::vector<Compare> kMixed = {Compare::kDifference, Compare::kDifference, Compare::kEquality};
constexpr std::size_t kWidth = 4;  // three features and the level
const KernelParameters kSome = {{4, 0.5, 1.5}, 1.7, 0.02};

std::vector<double> random_rows(std::size_t count, Rng& rng) {
  std::vector<double> rows;
  for (std::size_t i = 0; i < count; ++i) {
    rows.insert(rows.end(),
                {rng.uniform(), rng.uniform(), static_cast<double>(rng.below(3)), static_cast<double>(rng.below(2))});
  }
  return rows;
}

std::vector<double> random_targets(std::size_t count, Rng& rng) {
  std::vector<double> targets(count);
  for (double& target : targets) target = rng.normal();
  return targets;
}

// The definitions, one entry at a time.
double kernel(const double* a, const double* b, const KernelParameters& p) {
  double squared = a[2] == b[2] ? 0 : p.weights[2];
  for (int f = 0; f < 2; ++f) squared += p.weights[static_cast<std::size_t>(f)] * std::pow(a[f] - b[f], 2);
  const double r = std::sqrt(5 * squared);
  return p.amplitude * (1 + r + r * r / 3) * std::exp(-r) + (a[3] == b[3] ? kLevelVariance : 0);
}

Eigen::MatrixXd kernel_matrix(const std::vector<double>& a, const std::vector<double>& b, const KernelParameters& p) {
  Eigen::MatrixXd k(a.size() / kWidth, b.size() / kWidth);
  for (Eigen::Index i = 0; i < k.rows(); ++i) {
    for (Eigen::Index j = 0; j < k.cols(); ++j) k(i, j) = kernel(&a[i * kWidth], &b[j * kWidth], p);
  }
  return k;
}

Eigen::MatrixXd with_noise(Eigen::MatrixXd k, double noise) {
  k.diagonal().array() += noise;
  return k;
}

TEST(GaussianProcess, PredictsWhatItsDefinitionSays) {
  Rng rng(1);
  for (const std::size_t count : {1u, 7u, 40u, 133u}) {
    const auto rows = random_rows(count, rng), asked = random_rows(150, rng);
    const auto targets = random_targets(count, rng);
    GaussianProcess process(kMixed, kSome, rows);
    process.set_targets(targets);
    std::vector<double> mean(150), variance(150);
    process.predict(asked, mean, variance);
    const Eigen::MatrixXd inverse = with_noise(kernel_matrix(rows, rows, kSome), kSome.noise).inverse();
    const Eigen::MatrixXd across = kernel_matrix(asked, rows, kSome);
    const Eigen::VectorXd expected = across * inverse * Eigen::Map<const Eigen::VectorXd>(targets.data(), count);
    for (std::size_t i = 0; i < 150; ++i) {
      EXPECT_NEAR(mean[i], expected(i), 1e-7);
      const double left = kSome.amplitude + kLevelVariance - across.row(i) * inverse * across.row(i).transpose();
      EXPECT_NEAR(variance[i], left, 1e-7);
    }
  }
}

TEST(GaussianProcess, ItsDoubtsGoTogetherAsItsDefinitionSays) {
  Rng rng(2);
  for (const std::size_t count : {1u, 40u, 133u}) {
    const auto rows = random_rows(count, rng), a = random_rows(9, rng), b = random_rows(5, rng);
    GaussianProcess process(kMixed, kSome, rows);
    std::vector<double> covariance(9 * 5);
    process.covariance(a, b, covariance);
    const Eigen::MatrixXd inverse = with_noise(kernel_matrix(rows, rows, kSome), kSome.noise).inverse();
    const Eigen::MatrixXd expected =
        kernel_matrix(a, b, kSome) - kernel_matrix(a, rows, kSome) * inverse * kernel_matrix(rows, b, kSome);
    for (int i = 0; i < 9; ++i) {
      for (int j = 0; j < 5; ++j) EXPECT_NEAR(covariance[static_cast<std::size_t>(5 * i + j)], expected(i, j), 1e-9);
    }
    process.set_targets(random_targets(count, rng));
    std::vector<double> mean(9), variance(9), own(81);
    process.predict(a, mean, variance);
    process.covariance(a, a, own);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(own[10 * i], variance[i], 1e-9);
  }
}

TEST(GaussianProcess, TheSlopesAreThoseOfItsPredictions) {
  Rng rng(2);
  GaussianProcess process(kMixed, kSome, random_rows(30, rng));
  process.set_targets(random_targets(30, rng));
  std::vector<double> mean_slope(3), variance_slope(3), unused(3);
  const auto asked = random_rows(20, rng);
  for (std::size_t i = 0; i < 20; ++i) {
    std::vector<double> row(asked.begin() + i * kWidth, asked.begin() + (i + 1) * kWidth);
    const Prediction at = process.predict_one(row, mean_slope, variance_slope);
    double mean, variance;
    process.predict(row, {&mean, 1}, {&variance, 1});
    EXPECT_NEAR(at.mean, mean, 1e-12);
    EXPECT_NEAR(at.variance, variance, 1e-12);
    for (std::size_t f = 0; f < 2; ++f) {
      constexpr double kStep = 1e-5;
      auto more = row, less = row;
      more[f] += kStep;
      less[f] -= kStep;
      const Prediction above = process.predict_one(more, unused, unused),
                       below = process.predict_one(less, unused, unused);
      EXPECT_NEAR(mean_slope[f], (above.mean - below.mean) / (2 * kStep), 1e-4);
      EXPECT_NEAR(variance_slope[f], (above.variance - below.variance) / (2 * kStep), 1e-4);
    }
    EXPECT_EQ(mean_slope[2], 0);
    EXPECT_EQ(variance_slope[2], 0);
  }
}

TEST(GaussianProcess, OneThatGrewAnswersAsAFreshOneDoesBitByBit) {
  Rng rng(3);
  const auto rows = random_rows(150, rng), others = random_rows(90, rng), asked = random_rows(10, rng);
  const auto targets = random_targets(150, rng);
  const auto row = [](const std::vector<double>& of, std::size_t i) {
    return std::span(of).subspan(i * kWidth, kWidth);
  };
  const auto first = std::span(rows).first(40 * kWidth);
  // One row after the other; and one that saw others come and go, more than it had room for.
  GaussianProcess fresh(kMixed, kSome, first), used(kMixed, kSome, first);
  for (std::size_t i = 40; i < 150; ++i) fresh.append(row(rows, i));
  for (std::size_t i = 0; i < 90; ++i) used.append(row(others, i));
  used.truncate(40);
  for (std::size_t i = 40; i < 100; ++i) used.append(row(rows, i));
  for (std::size_t i = 0; i < 90; ++i) used.append(row(others, i));
  used.set_targets(random_targets(190, rng));
  used.truncate(100);
  for (std::size_t i = 100; i < 150; ++i) used.append(row(rows, i));
  std::vector<double> mean[2], variance[2];
  for (const int which : {0, 1}) {
    GaussianProcess& process = which == 0 ? fresh : used;
    process.set_targets(targets);
    mean[which].resize(10);
    variance[which].resize(10);
    process.predict(asked, mean[which], variance[which]);
  }
  EXPECT_EQ(mean[0], mean[1]);
  EXPECT_EQ(variance[0], variance[1]);
}

TEST(GaussianProcess, OneThatGrewIsThatOfAllRowsAtOnce) {
  Rng rng(4);
  const auto rows = random_rows(120, rng), asked = random_rows(10, rng);
  const auto targets = random_targets(120, rng);
  GaussianProcess whole(kMixed, kSome, rows), grown(kMixed, kSome, std::span(rows).first(kWidth));
  for (std::size_t i = 1; i < 120; ++i) grown.append(std::span(rows).subspan(i * kWidth, kWidth));
  std::vector<double> mean(10), variance(10), grown_mean(10), grown_variance(10);
  whole.set_targets(targets);
  whole.predict(asked, mean, variance);
  grown.set_targets(targets);
  grown.predict(asked, grown_mean, grown_variance);
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(mean[i], grown_mean[i], 1e-9);
    EXPECT_NEAR(variance[i], grown_variance[i], 1e-9);
  }
}

TEST(GaussianProcess, KeepsItsDoubtPositiveWhereRowsRepeat) {
  const std::vector<double> row = {0.3, 0.6, 1, 0};
  GaussianProcess process(kMixed, {{1e-4, 1e-4, 1e-4}, 100, 1e-6}, row);
  for (int i = 0; i < 300; ++i) process.append(row);
  process.set_targets(std::vector<double>(301, 0.7));
  double mean, variance;
  process.predict(row, {&mean, 1}, {&variance, 1});
  EXPECT_NEAR(mean, 0.7, 1e-4);
  EXPECT_GT(variance, 0);
  EXPECT_LT(variance, 1e-4);
}

// Of every combination of five categories of three features: were the distance no sum of squares in some space, a
// matrix of this size would have negative eigenvalues.
TEST(Matern, IsPositiveDefiniteOverTheHammingDistance) {
  std::vector<double> rows;
  for (int i = 0; i < 125; ++i) rows.insert(rows.end(), {1.0 * (i % 5), 1.0 * (i / 5 % 5), 1.0 * (i / 25), 0.0});
  for (const double weight : {0.01, 0.3, 4.0, 30.0}) {
    KernelRows of(std::vector<Compare>(3, Compare::kEquality));
    for (int i = 0; i < 125; ++i) of.append(std::span(rows).subspan(static_cast<std::size_t>(i) * 4, 4));
    Eigen::MatrixXd matrix(125, 125);
    std::vector<double> squared(125), value(125);
    for (int i = 0; i < 125; ++i) {
      of.distances(std::span(rows).subspan(static_cast<std::size_t>(i) * 4, 4), std::vector{weight, weight / 2, weight},
                   squared);
      matern(squared, value);
      for (int j = 0; j < 125; ++j) matrix(i, j) = value[static_cast<std::size_t>(j)];
    }
    const double least = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(matrix).eigenvalues().minCoeff();
    EXPECT_GT(least, 1e-9) << weight;
  }
}

TEST(Matern, ItsSlopeIsThatOfItsValues) {
  for (const double squared : {1e-6, 0.01, 0.7, 3.0, 40.0}) {
    const double step = 1e-4 * squared;
    std::vector<double> at = {squared - step, squared, squared + step}, value(3);
    matern(at, value);
    EXPECT_NEAR(at[1], (value[2] - value[0]) / (2 * step), 1e-5 * std::abs(at[1])) << squared;
  }
}

TEST(ParameterDensity, ItsSlopesAreThoseOfItsValues) {
  Rng rng(5);
  for (const std::size_t count : {1u, 20u, 77u}) {
    ParameterDensity density(kMixed, random_rows(count, rng), random_targets(count, rng));
    for (int repeat = 0; repeat < 3; ++repeat) {
      std::vector<double> at = {2 * rng.normal(), rng.normal(), rng.normal(), 0.5 * rng.normal(), rng.normal() - 3};
      std::vector<double> slope(5), unused(5);
      density(at, slope);
      for (std::size_t i = 0; i < 5; ++i) {
        constexpr double kStep = 1e-4;
        auto more = at, less = at;
        more[i] += kStep;
        less[i] -= kStep;
        const double expected = (density(more, unused) - density(less, unused)) / (2 * kStep);
        EXPECT_NEAR(slope[i], expected, 1e-5 * (1 + std::abs(expected))) << count << " " << i;
      }
    }
  }
}

// Determinant and inverse of the dense matrix, and the priors written out with their constants.
TEST(ParameterDensity, IsTheMarginalLikelihoodTimesThePriors) {
  Rng rng(6);
  const auto rows = random_rows(50, rng);
  const auto targets = random_targets(50, rng);
  const auto expected = [&](const KernelParameters& p) {
    const Eigen::MatrixXd k = with_noise(kernel_matrix(rows, rows, p), p.noise);
    const Eigen::Map<const Eigen::VectorXd> y(targets.data(), 50);
    double log = -0.5 * std::log(k.determinant()) - 0.5 * y.dot(k.inverse() * y);
    for (const double weight : p.weights) {
      const double length = 1 / std::sqrt(weight), z = (std::log(length) - std::sqrt(2.0) - std::log(3.0) / 2);
      log += -std::log(length) - z * z / (2 * 3);
    }
    return log + std::log(p.amplitude) - p.amplitude + 0.1 * std::log(p.noise) - 30 * p.noise;
  };
  const auto found = [&](const KernelParameters& p) {
    std::vector<double> at, slope(5);
    for (const double weight : p.weights) at.push_back(std::log(weight));
    at.insert(at.end(), {std::log(p.amplitude), std::log(p.noise)});
    return ParameterDensity(kMixed, rows, targets)(at, slope);
  };
  const KernelParameters other = {{0.2, 9, 0.7}, 0.4, 0.3};
  EXPECT_NEAR(found(kSome) - found(other), expected(kSome) - expected(other), 1e-6);
}

TEST(FitKernel, FindsWhichFeaturesMatterAndHowNoisyTargetsAre) {
  Rng rng(7);
  const auto rows = random_rows(120, rng);
  for (const double noise : {0.0, 0.3}) {
    std::vector<double> targets;
    for (std::size_t i = 0; i < rows.size(); i += kWidth) {
      const double plain = std::sin(9 * rows[i]) + (rows[i + 2] == 1 ? 1.0 : 0.0) + 2 * rows[i + 3];
      targets.push_back(plain + noise * rng.normal());
    }
    const KernelParameters found = fit_kernel(kMixed, rows, targets);
    EXPECT_GT(found.weights[0], 30 * found.weights[1]);
    EXPECT_GT(found.weights[2], 3 * found.weights[1]);
    if (noise > 0) {
      EXPECT_NEAR(std::sqrt(found.noise), noise, 0.08);
    } else {
      EXPECT_LT(found.noise, 1e-3);
    }
  }
}

}  // namespace
}  // namespace crescendo
