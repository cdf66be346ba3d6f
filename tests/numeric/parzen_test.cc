#include "numeric/parzen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <numeric>

#include "numeric/normal.h"

namespace crescendo {
namespace {

const ParzenRule kOptuna{};
const ParzenRule kHyperopt{.prior_is_neighbour = true, .pooled_choices = true};

using Observations = std::vector<std::vector<double>>;  // [kernel][axis]

ProductMixture mixture(std::span<const Axis> axes, const Observations& points, const std::vector<double>& weights,
                       const ParzenRule& rule = kOptuna) {
  return ProductMixture(
      axes,
      [&](std::size_t axis, std::vector<Observed>& observed) {
        for (std::size_t k = 0; k < points.size(); ++k) {
          observed.push_back({points[k][axis], static_cast<std::uint32_t>(k)});
        }
        std::stable_sort(observed.begin(), observed.end(), [](auto& a, auto& b) { return a.at < b.at; });
      },
      weights, rule);
}

// The same densities without any of the shortcuts.
double plain_log_density(std::span<const Axis> axes, const Observations& points, const std::vector<double>& weights,
                         const std::vector<double>& at, const ParzenRule& rule = kOptuna) {
  const std::size_t n = points.size();
  std::vector<std::vector<double>> bandwidth(axes.size(), std::vector<double>(n));
  for (std::size_t a = 0; a < axes.size(); ++a) {
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](auto i, auto j) { return points[i][a] < points[j][a]; });
    std::vector<double> sorted;
    for (const auto i : order) sorted.push_back(points[i][a]);
    const auto found = neighbour_bandwidths(sorted, rule);
    for (std::size_t i = 0; i < n; ++i) bandwidth[a][order[i]] = found[i];
  }
  std::vector<double> logs;
  double total = n == 0 ? 1 : rule.prior_weight;
  for (const double weight : weights) total += weight;
  for (std::size_t k = 0; k <= n; ++k) {
    double sum = std::log((k < n ? weights[k] : n == 0 ? 1 : rule.prior_weight) / total);
    for (std::size_t a = 0; a < axes.size(); ++a) {
      if (axes[a].kind == Axis::Kind::kChoices) {
        const double other = k < n ? rule.prior_weight / (static_cast<double>(n) + 1) : 1;
        const double hit = k < n && points[k][a] == at[a] ? 1 : 0;
        sum += std::log((other + hit) / (other * axes[a].choices + (k < n ? 1 : 0)));
        continue;
      }
      const double mean = k < n ? points[k][a] : 0.5, sigma = k < n ? bandwidth[a][k] : 1;
      const double all = normal_mass(-mean / sigma, (1 - mean) / sigma);
      if (axes[a].kind == Axis::Kind::kCells) {
        const auto cell = static_cast<std::size_t>(at[a]);
        sum +=
            std::log(normal_mass((axes[a].edges[cell] - mean) / sigma, (axes[a].edges[cell + 1] - mean) / sigma) / all);
      } else {
        const double z = (at[a] - mean) / sigma;
        sum += -z * z / 2 - std::log(sigma * std::sqrt(2 * std::numbers::pi) * all);
      }
    }
    logs.push_back(sum);
  }
  const double top = *std::max_element(logs.begin(), logs.end());
  double sum = 0;
  for (const double log : logs) sum += std::exp(log - top);
  return top + std::log(sum);
}

double log_density_at(const ProductMixture& m, std::span<const Axis> axes, const std::vector<double>& at) {
  LanePoints points(axes.size());
  for (std::size_t a = 0; a < axes.size(); ++a) {
    points.at[a].fill(at[a]);
    points.position[a].fill(axes[a].kind == Axis::Kind::kContinuous ? 0 : static_cast<int>(at[a]));
  }
  std::array<double, kLanes> result;
  m.log_density(points, result);
  for (const double lane : result) EXPECT_EQ(lane, result[0]);
  return result[0];
}

const Axis kLine{};
const Axis kFive{Axis::Kind::kCells, {0, 0.1, 0.3, 0.35, 0.8, 1}, 0};
const Axis kThree{Axis::Kind::kChoices, {}, 3};

TEST(ForgettingWeights, TheNewestTwentyFiveWeighOneAndOlderOnesRise) {
  EXPECT_EQ(forgetting_weights(0, 25), std::vector<double>());
  EXPECT_EQ(forgetting_weights(25, 25), std::vector<double>(25, 1));
  std::vector<double> expected(26, 1);
  expected[0] = 1.0 / 26;
  EXPECT_EQ(forgetting_weights(26, 25), expected);
  const auto thirty = forgetting_weights(30, 25);
  for (int i = 0; i < 5; ++i) EXPECT_NEAR(thirty[i], 1.0 / 30 + (1 - 1.0 / 30) * i / 4, 1e-15);
  for (int i = 5; i < 30; ++i) EXPECT_EQ(thirty[i], 1);
}

TEST(Bandwidths, AreTheLargerDistanceToTheNeighbours) {
  // Clip: 1 / min(100, 2 + 4) = 1/6.
  const auto found = neighbour_bandwidths(std::vector<double>{0.1, 0.3, 0.8, 0.9}, kOptuna);
  const std::vector<double> expected{0.2, 0.5, 0.5, 1.0 / 6};
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(found[i], expected[i], 1e-15) << i;
}

TEST(Bandwidths, EndsCountWhereAskedForAndForALonelyPoint) {
  const ParzenRule ends{.consider_endpoints = true};
  const auto found = neighbour_bandwidths(std::vector<double>{0.4, 0.6}, ends);
  EXPECT_NEAR(found[0], 0.4, 1e-15);
  EXPECT_NEAR(found[1], 0.4, 1e-15);
  EXPECT_NEAR(neighbour_bandwidths(std::vector<double>{0.4, 0.6}, kOptuna)[0], 0.25, 1e-15);  // clipped: 1 / (2 + 2)
  EXPECT_NEAR(neighbour_bandwidths(std::vector<double>{0.9}, kOptuna)[0], 0.9, 1e-15);
}

TEST(Bandwidths, HyperoptPutsThePriorAmongTheNeighbours) {
  const auto found = neighbour_bandwidths(std::vector<double>{0.0, 0.1, 0.9, 0.95}, kHyperopt);
  const std::vector<double> expected{1.0 / 6, 0.4, 0.4, 1.0 / 6};
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(found[i], expected[i], 1e-15) << i;
  EXPECT_EQ(neighbour_bandwidths(std::vector<double>{0.1}, kHyperopt)[0], 0.5);
}

TEST(Bandwidths, AreClippedAtAHundredthFromNinetyEightObservationsOn) {
  for (const int n : {97, 98, 99, 500}) {
    const std::vector<double> equal(static_cast<std::size_t>(n), 0.5);
    const double expected = n == 97 ? 1.0 / 99 : 0.01;
    for (const double bandwidth : neighbour_bandwidths(equal, kOptuna)) ASSERT_NEAR(bandwidth, expected, 1e-15);
  }
}

Observations random_points(std::span<const Axis> axes, int n, Rng& rng) {
  Observations points;
  for (int k = 0; k < n; ++k) {
    std::vector<double> point;
    for (const Axis& axis : axes) {
      if (axis.kind == Axis::Kind::kContinuous) point.push_back(rng.uniform());
      if (axis.kind == Axis::Kind::kChoices) point.push_back(static_cast<double>(rng.below(3)));
      if (axis.kind == Axis::Kind::kCells) {
        const std::uint64_t cell = rng.below(axis.edges.size() - 1);
        point.push_back((axis.edges[cell] + axis.edges[cell + 1]) / 2);
      }
    }
    points.push_back(std::move(point));
  }
  return points;
}

TEST(ProductMixture, IntegratesToOneOverTheSpace) {
  const std::vector<Axis> axes{kLine, kFive, kThree};
  Rng rng(1);
  for (const int n : {0, 1, 2, 5, 40}) {
    const Observations points = random_points(axes, n, rng);
    const ProductMixture m = mixture(axes, points, forgetting_weights(points.size(), 25));
    constexpr int kSteps = 1000;
    double sum = 0;
    for (int i = 0; i < kSteps; ++i) {
      for (int cell = 0; cell < 5; ++cell) {
        for (int choice = 0; choice < 3; ++choice) {
          sum += std::exp(log_density_at(m, axes, {(i + 0.5) / kSteps, 1.0 * cell, 1.0 * choice})) / kSteps;
        }
      }
    }
    EXPECT_NEAR(sum, 1, 1e-4) << n;
  }
}

TEST(ProductMixture, IsWhatThePlainFormulaGives) {
  std::vector<Axis> axes{kLine, kFive, kLine, kThree, kLine, kLine};
  Rng rng(2);
  for (const int n : {0, 1, 3, 30, 300}) {
    const Observations points = random_points(axes, n, rng);
    std::vector<double> weights = forgetting_weights(points.size(), 25);
    for (double& weight : weights) weight *= 0.5 + rng.uniform();
    const ProductMixture m = mixture(axes, points, weights);
    for (int i = 0; i < 50; ++i) {
      std::vector<double> at{rng.uniform(), static_cast<double>(rng.below(5)),
                             rng.uniform(), static_cast<double>(rng.below(3)),
                             rng.uniform(), rng.uniform()};
      if (n > 0 && i % 2 == 0) {
        at[0] = points[0][0];
        at[2] = points[0][2] + 0.001;
      }
      EXPECT_NEAR(log_density_at(m, axes, at), plain_log_density(axes, points, weights, at), 1e-8) << n;
    }
  }
}

TEST(ProductMixture, HasTheSameBitsWithEveryInstructionSet) {
  const std::vector<Axis> axes{kLine, kFive, kLine, kThree, kLine};
  Rng rng(5);
  const Observations points = random_points(axes, 400, rng);
  const ProductMixture m = mixture(axes, points, forgetting_weights(points.size(), 25));
  const std::vector<AxisRange> all{{}, {0, 1, {0, 1, 2, 3, 4}}, {}, {0, 1, {0, 1, 2}}, {}};
  for (int round = 0; round < 50; ++round) {
    LanePoints drawn(axes.size());
    m.draw(all, rng, drawn);
    std::array<double, kLanes> best, plain;
    m.log_density(drawn, best);
    m.log_density(drawn, plain, true);
    ASSERT_EQ(best, plain);
  }
}

TEST(ProductMixture, StaysFiniteWhereHundredsOfCoordinatesCoincide) {
  const std::vector<Axis> axes(400);
  Rng rng(3);
  Observations points = random_points(axes, 120, rng);
  for (int k = 0; k < 110; ++k) points[k] = points[0];
  const std::vector<double> weights(points.size(), 1);
  const ProductMixture m = mixture(axes, points, weights);
  for (const int k : {0, 115}) {
    const double expected = plain_log_density(axes, points, weights, points[k]);
    EXPECT_GT(expected, 100);
    EXPECT_NEAR(log_density_at(m, axes, points[k]), expected, 1e-8 * expected);
  }
}

TEST(ProductMixture, ChoicesAreSmoothedKernelByKernelOrCounted) {
  const std::vector<Axis> axes{kThree};
  const Observations points{{0}, {0}, {2}};
  const std::vector<double> weights(3, 1);
  // Optuna: rows (1 + 1/4, 1/4, 1/4) / (7/4) and the prior's thirds, four kernels of equal weight.
  const ProductMixture optuna = mixture(axes, points, weights);
  EXPECT_NEAR(std::exp(log_density_at(optuna, axes, {0})), (2 * 5.0 / 7 + 1.0 / 7 + 1.0 / 3) / 4, 1e-12);
  EXPECT_NEAR(std::exp(log_density_at(optuna, axes, {1})), (3 * 1.0 / 7 + 1.0 / 3) / 4, 1e-12);
  // hyperopt: counts 2, 0, 1 and one more of each.
  const ProductMixture hyperopt = mixture(axes, points, weights, kHyperopt);
  EXPECT_NEAR(std::exp(log_density_at(hyperopt, axes, {0})), 3.0 / 6, 1e-12);
  EXPECT_NEAR(std::exp(log_density_at(hyperopt, axes, {1})), 1.0 / 6, 1e-12);
  EXPECT_NEAR(std::exp(log_density_at(hyperopt, axes, {2})), 2.0 / 6, 1e-12);
}

// Draws within a range follow the density restricted to it. 24,000 draws in cells of probability p: each share within 6
// standard errors, wrong once in 10^8 times.
TEST(ProductMixture, DrawsFollowTheDensityRestrictedToTheRange) {
  const std::vector<Axis> axes{kLine, kFive, kThree};
  Rng rng(4);
  const Observations points = random_points(axes, 6, rng);
  const std::vector<double> weights{1, 0.5, 1, 0.2, 1, 1};
  const ProductMixture m = mixture(axes, points, weights);
  for (const bool narrow : {false, true}) {
    const std::vector<AxisRange> ranges =
        narrow ? std::vector<AxisRange>{{0.35, 0.6, {}}, {0, 1, {1, 4}}, {0, 1, {0, 2}}}
               : std::vector<AxisRange>{{0, 1, {}}, {0, 1, {0, 1, 2, 3, 4}}, {0, 1, {0, 1, 2}}};
    constexpr int kBins = 5, kSteps = 200, kRounds = 1000;
    std::map<std::array<int, 3>, double> expected, seen;
    const double width = (ranges[0].high - ranges[0].low) / kBins;
    double total = 0;
    for (int bin = 0; bin < kBins; ++bin) {
      for (const int cell : ranges[1].positions) {
        for (const int choice : ranges[2].positions) {
          double sum = 0;
          for (int i = 0; i < kSteps; ++i) {
            const double x = ranges[0].low + width * (bin + (i + 0.5) / kSteps);
            sum += std::exp(log_density_at(m, axes, {x, 1.0 * cell, 1.0 * choice}));
          }
          expected[{bin, cell, choice}] = sum;
          total += sum;
        }
      }
    }
    LanePoints drawn(axes.size());
    for (int round = 0; round < kRounds; ++round) {
      m.draw(ranges, rng, drawn);
      for (int lane = 0; lane < kLanes; ++lane) {
        const int bin = static_cast<int>((drawn.at[0][lane] - ranges[0].low) / width);
        ++seen[{std::min(bin, kBins - 1), drawn.position[1][lane], drawn.position[2][lane]}];
      }
    }
    constexpr double kDraws = kRounds * kLanes;
    for (const auto& [where, count] : seen) {
      ASSERT_TRUE(expected.contains(where)) << "a draw outside of the range";
      const double p = expected[where] / total;
      EXPECT_NEAR(count / kDraws, p, 6 * std::sqrt(p / kDraws) + 1e-4);
    }
  }
}

}  // namespace
}  // namespace crescendo
