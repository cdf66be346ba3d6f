#include "numeric/growing_mixture.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace crescendo {
namespace {

const Axis kLine{};
const Axis kFive{Axis::Kind::kCells, {0, 0.1, 0.3, 0.35, 0.8, 1}, 0};
const Axis kThree{Axis::Kind::kChoices, {}, 3};

const ParzenRule kRules[] = {ParzenRule{},
                             ParzenRule{.prior_weight = 3, .clip = 20, .consider_endpoints = true, .forget_after = 5},
                             ParzenRule{.prior_is_neighbour = true, .pooled_choices = true}};

using Kernels = std::map<std::size_t, std::vector<double>>;  // by number: coordinates

std::vector<double> random_point(std::span<const Axis> axes, Rng& rng) {
  std::vector<double> point;
  for (const Axis& axis : axes) {
    if (axis.kind == Axis::Kind::kContinuous) point.push_back(rng.below(4) == 0 ? 0.5 : rng.uniform());
    if (axis.kind == Axis::Kind::kChoices) point.push_back(static_cast<double>(rng.below(3)));
    if (axis.kind == Axis::Kind::kCells) {
      const std::uint64_t cell = rng.below(axis.edges.size() - 1);
      point.push_back((axis.edges[cell] + axis.edges[cell + 1]) / 2);
    }
  }
  return point;
}

std::vector<double> weights_of(const Kernels& kernels) {
  std::vector<double> weights(kernels.empty() ? 0 : kernels.rbegin()->first + 1);
  std::size_t i = 0;
  for (const auto& [number, at] : kernels) weights[number] = forgetting_weight(i++, kernels.size(), 5);
  weights.resize(weights.size() + 200);  // more than there are is fine
  return weights;
}

GrowingMixture fresh(std::span<const Axis> axes, const ParzenRule& rule, const Kernels& kernels) {
  GrowingMixture mixture({axes.begin(), axes.end()}, rule);
  for (const auto& [number, at] : kernels) mixture.join(number, at);
  mixture.settle(weights_of(kernels));
  return mixture;
}

ProductMixture plain(std::span<const Axis> axes, const ParzenRule& rule, const Kernels& kernels) {
  std::vector<double> weights;
  for (const auto& [number, at] : kernels) weights.push_back(weights_of(kernels)[number]);
  const auto observe = [&](std::size_t axis, std::vector<Observed>& observed) {
    for (const auto& [number, at] : kernels) {
      observed.push_back({at[axis], static_cast<std::uint32_t>(observed.size())});
    }
    std::stable_sort(observed.begin(), observed.end(), [](auto& a, auto& b) { return a.at < b.at; });
  };
  return ProductMixture(axes, observe, weights, rule);
}

// Points near kernels and far from them.
PointBatch random_batch(std::span<const Axis> axes, const Kernels& kernels, Rng& rng) {
  PointBatch batch(axes.size());
  for (std::size_t lane = 0; lane < kBatch; ++lane) {
    std::vector<double> point = random_point(axes, rng);
    if (lane % 2 == 0 && !kernels.empty()) point = std::next(kernels.begin(), rng.below(kernels.size()))->second;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      batch.at[a][lane] = std::clamp(point[a] + 0.003 * rng.uniform(), 0.0, 1.0);
      batch.position[a][lane] = axes[a].kind == Axis::Kind::kChoices ? static_cast<int>(point[a]) : 0;
      if (axes[a].kind != Axis::Kind::kCells) continue;
      const auto above = std::upper_bound(axes[a].edges.begin(), axes[a].edges.end(), point[a]);
      batch.position[a][lane] = static_cast<int>(above - axes[a].edges.begin()) - 1;
    }
  }
  return batch;
}

std::array<double, kBatch> densities(const ProductMixture& mixture, const PointBatch& batch) {
  LanePoints points(batch.at.size());
  for (std::size_t a = 0; a < batch.at.size(); ++a) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      points.at[a][lane] = batch.at[a][lane % kBatch];
      points.position[a][lane] = batch.position[a][lane % kBatch];
    }
  }
  std::array<double, kLanes> all;
  mixture.log_density(points, all);
  std::array<double, kBatch> result;
  std::copy_n(all.begin(), kBatch, result.begin());
  return result;
}

std::array<double, kBatch> densities(const GrowingMixture& mixture, const PointBatch& batch, bool plain = false) {
  std::array<double, kBatch> result;
  mixture.log_density(batch, result, plain);
  return result;
}

const std::vector<std::vector<Axis>> kSpaces = {
    {kLine, kFive, kLine, kThree, kLine, kFive}, {kLine}, {kFive}, {kThree}, {kThree, kFive}, {kLine, kLine}};

TEST(GrowingMixture, IsAProductMixture) {
  Rng rng(1);
  for (const std::vector<Axis>& axes : kSpaces) {
    for (const ParzenRule& rule : kRules) {
      if (rule.pooled_choices && axes.size() > 1) continue;
      for (const int n : {0, 1, 2, 3, 20, 97, 98, 99, 300}) {
        Kernels kernels;
        for (int k = 0; k < n; ++k) kernels[static_cast<std::size_t>(3 * k)] = random_point(axes, rng);
        const GrowingMixture mixture = fresh(axes, rule, kernels);
        for (int round = 0; round < 10; ++round) {
          const PointBatch batch = random_batch(axes, kernels, rng);
          const auto found = densities(mixture, batch), expected = densities(plain(axes, rule, kernels), batch);
          const auto least = mixture.log_of(mixture.prior(batch));
          for (std::size_t lane = 0; lane < kBatch; ++lane) {
            ASSERT_NEAR(found[lane], expected[lane], 1e-9) << n;
            ASSERT_LE(least[lane], found[lane] + 1e-12);
            if (n == 0) {
              ASSERT_NEAR(least[lane], found[lane], 1e-12);
            }
          }
        }
      }
    }
  }
}

TEST(GrowingMixture, AnswersTheSameBitsHoweverItsKernelsCame) {
  Rng rng(2);
  for (const std::vector<Axis>& axes : kSpaces) {
    for (const ParzenRule& rule : kRules) {
      Kernels kernels;
      GrowingMixture grown(axes, rule);
      for (int step = 0; step < 150; ++step) {
        const std::uint64_t moves = step % 50 == 49 ? 60 : 1 + rng.below(4);
        for (std::uint64_t i = 0; i < moves; ++i) {
          const std::size_t number = rng.below(400);
          if (kernels.contains(number)) {
            kernels.erase(number);
            grown.leave(number);
          }
          if (rng.below(4) == 0) continue;
          kernels[number] = random_point(axes, rng);
          grown.join(number, kernels[number]);
        }
        ASSERT_EQ(grown.kernels(), kernels.size());
        std::vector<double> weights = weights_of(kernels);
        weights.resize(400);
        grown.settle(weights);
        const PointBatch batch = random_batch(axes, kernels, rng);
        ASSERT_EQ(densities(grown, batch), densities(fresh(axes, rule, kernels), batch)) << step;
      }
      EXPECT_GT(kernels.size(), 110u);
    }
  }
}

TEST(GrowingMixture, HasTheSameBitsWithEveryInstructionSet) {
  Rng rng(3);
  Kernels kernels;
  for (std::size_t k = 0; k < 400; ++k) kernels[k] = random_point(kSpaces[0], rng);
  const GrowingMixture mixture = fresh(kSpaces[0], {}, kernels);
  for (int round = 0; round < 100; ++round) {
    const PointBatch batch = random_batch(kSpaces[0], kernels, rng);
    const auto quick = densities(mixture, batch), slow = densities(mixture, batch, true);
    ASSERT_EQ(quick, slow);
    PointBatch turned = batch;  // what the other lanes are changes nothing
    for (std::size_t a = 0; a < kSpaces[0].size(); ++a) {
      std::rotate(turned.at[a].begin(), turned.at[a].begin() + 3, turned.at[a].end());
      std::rotate(turned.position[a].begin(), turned.position[a].begin() + 3, turned.position[a].end());
      turned.at[a][7] = turned.at[a][6];
      turned.position[a][7] = turned.position[a][6];
    }
    const auto again = densities(mixture, turned);
    for (std::size_t lane = 0; lane + 1 < kBatch; ++lane) ASSERT_EQ(again[lane], quick[(lane + 3) % kBatch]);
  }
}

TEST(GrowingMixture, AddedUpInPartsItIsTheSameAndCanStopWhereItIsHighEnough) {
  Rng rng(5);
  Kernels kernels;
  for (std::size_t k = 0; k < 2000; ++k) kernels[k] = random_point(kSpaces[1], rng);
  const GrowingMixture mixture = fresh(kSpaces[1], {}, kernels);
  std::array<double, kBatch> never;
  never.fill(std::numeric_limits<double>::infinity());
  int stopped = 0;
  for (int round = 0; round < 100; ++round) {
    const PointBatch batch = random_batch(kSpaces[1], kernels, rng);
    const auto whole = densities(mixture, batch);
    GrowingMixture::Sums parts = mixture.prior(batch), part = parts;
    const std::size_t middle = rng.below(mixture.blocks() + 1);
    mixture.add(batch, mixture.blocks(), middle, never, parts);
    mixture.add(batch, middle, 0, never, parts);
    ASSERT_EQ(mixture.log_of(parts), whole);
    std::array<double, kBatch> enough;
    for (std::size_t lane = 0; lane < kBatch; ++lane) enough[lane] = whole[lane] - 1;
    if (round % 2 == 0) enough[3] = whole[3];  // it is not above, so everywhere the whole is added up
    mixture.add(batch, mixture.blocks(), 0, enough, part);
    const auto found = mixture.log_of(part);
    for (std::size_t lane = 0; lane < kBatch; ++lane) {
      ASSERT_GE(found[lane], enough[lane]);
      ASSERT_LE(found[lane], whole[lane]);
    }
    if (round % 2 == 0) {
      ASSERT_EQ(found, whole);
    }
    stopped += found != whole;
  }
  EXPECT_GT(stopped, 40);
}

TEST(GrowingMixture, StaysFiniteWhereHundredsOfCoordinatesCoincide) {
  const std::vector<Axis> axes(400);
  Rng rng(4);
  Kernels kernels;
  for (std::size_t k = 0; k < 120; ++k) kernels[k] = k > 0 && k < 110 ? kernels[0] : random_point(axes, rng);
  PointBatch batch(axes.size());
  for (std::size_t a = 0; a < axes.size(); ++a) batch.at[a].fill(kernels[0][a]);
  const double expected = densities(plain(axes, {}, kernels), batch)[0];
  EXPECT_GT(expected, 100);
  for (const double lane : densities(fresh(axes, {}, kernels), batch)) EXPECT_NEAR(lane, expected, 1e-8 * expected);
}

}  // namespace
}  // namespace crescendo
