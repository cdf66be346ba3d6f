#include "numeric/kernel_loops.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <vector>

#include "crescendo/rng.h"

namespace crescendo {
namespace {

constexpr std::size_t kStride = 72;
constexpr std::size_t kCounts[] = {1, 2, 7, 8, 9, 15, 16, 31, 40, 67};  // around what is worked at once

std::vector<const KernelLoops*> all_loops() {
  std::vector<const KernelLoops*> loops = {&quickest_kernel_loops(true), &quickest_kernel_loops()};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) loops.push_back(&kAvx2Loops);
#endif
  return loops;
}

void expect_all_equal(const std::vector<std::vector<double>>& found) {
  for (const auto& one : found) EXPECT_EQ(one, found.front());
}

std::vector<double> random_numbers(std::size_t count, Rng& rng) {
  std::vector<double> numbers(count);
  for (double& number : numbers) number = rng.normal();
  return numbers;
}

// Far from singular; what lies above its diagonal is not to be read.
std::vector<double> random_factor(std::size_t rows, Rng& rng) {
  std::vector<double> factor(rows * kStride, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < i; ++j) factor[i * kStride + j] = 0.3 * rng.normal();
    factor[i * kStride + i] = 2 + rng.uniform();
  }
  return factor;
}

Eigen::MatrixXd lower(const std::vector<double>& factor, std::size_t rows) {
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(rows), static_cast<Eigen::Index>(rows));
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
    for (Eigen::Index j = 0; j <= i; ++j)
      matrix(i, j) = factor[static_cast<std::size_t>(i) * kStride + static_cast<std::size_t>(j)];
  }
  return matrix;
}

TEST(KernelLoops, SolveWhatTheirDefinitionSaysWithTheSameBitsEverywhere) {
  Rng rng(1);
  for (const std::size_t rows : kCounts) {
    const std::vector<double> factor = random_factor(rows, rng), given = random_numbers(rows, rng);
    const Eigen::MatrixXd matrix = lower(factor, rows);
    const Eigen::VectorXd right = Eigen::Map<const Eigen::VectorXd>(given.data(), matrix.rows());
    std::vector<std::vector<double>> solved, transposed;
    for (const KernelLoops* loops : all_loops()) {
      solved.push_back(given);
      loops->solve(factor.data(), kStride, rows, solved.back().data());
      transposed.push_back(given);
      loops->solve_transposed(factor.data(), kStride, rows, transposed.back().data());
    }
    const Eigen::VectorXd down = matrix.triangularView<Eigen::Lower>().solve(right),
                          up = matrix.transpose().triangularView<Eigen::Upper>().solve(right);
    for (std::size_t i = 0; i < rows; ++i) {
      const auto at = static_cast<Eigen::Index>(i);
      EXPECT_NEAR(solved[0][i], down(at), 1e-9 * (1 + std::abs(down(at)))) << rows;
      EXPECT_NEAR(transposed[0][i], up(at), 1e-9 * (1 + std::abs(up(at)))) << rows;
    }
    expect_all_equal(solved);
    expect_all_equal(transposed);
  }
}

TEST(KernelLoops, SolveEightTogetherAsEachAlone) {
  Rng rng(2);
  for (const std::size_t rows : kCounts) {
    const std::vector<double> factor = random_factor(rows, rng), given = random_numbers(rows * kSolvedTogether, rng);
    std::vector<std::vector<double>> solved;
    for (const KernelLoops* loops : all_loops()) {
      solved.push_back(given);
      loops->solve_lanes(factor.data(), kStride, rows, solved.back().data());
    }
    for (std::size_t lane = 0; lane < kSolvedTogether; ++lane) {
      std::vector<double> alone(rows);
      for (std::size_t i = 0; i < rows; ++i) alone[i] = given[i * kSolvedTogether + lane];
      quickest_kernel_loops().solve(factor.data(), kStride, rows, alone.data());
      for (std::size_t i = 0; i < rows; ++i) {
        EXPECT_NEAR(solved[0][i * kSolvedTogether + lane], alone[i], 1e-9 * (1 + std::abs(alone[i]))) << rows;
      }
    }
    expect_all_equal(solved);
  }
}

TEST(KernelLoops, DistancesAndMaternHaveTheSameBitsEverywhere) {
  Rng rng(3);
  for (const std::size_t count : kCounts) {
    const std::vector<double> column = random_numbers(count, rng);
    std::vector<std::vector<double>> sums, values;
    for (const KernelLoops* loops : all_loops()) {
      std::vector<double> sum(count, 0.25), value(count);
      loops->add_differences(column.data(), 0.3, 1.7, sum.data(), count);
      loops->add_unequal(column.data(), column[0], 0.6, sum.data(), count);
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_NEAR(sum[i], 0.25 + 1.7 * std::pow(column[i] - 0.3, 2) + (i == 0 ? 0 : 0.6), 1e-12);
      }
      loops->matern(sum.data(), value.data(), count);
      sums.push_back(sum);
      values.push_back(value);
    }
    expect_all_equal(sums);
    expect_all_equal(values);
  }
}

}  // namespace
}  // namespace crescendo
