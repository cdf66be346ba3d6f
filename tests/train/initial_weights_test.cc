#include "train/initial_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <span>

namespace crescendo {
namespace {

/// Variance times inputs.
double gain(std::span<const float> weights, double inputs) {
  double squares = 0;
  for (const float w : weights) squares += static_cast<double>(w) * w;
  return squares / static_cast<double>(weights.size()) * inputs;
}

// The gains are chi-squared means over at least 8000 values: within 8 % but for one seed in a million.
TEST(InitialWeights, HaveTheVarianceThatKeepsActivationsAlive) {
  const NetworkShape shape{1, 16, {{64, 5}, {64, 3}}, {100}, 80};
  const std::vector<float> weights = initial_weights(shape, 1);
  ASSERT_EQ(weights.size(), parameter_count(shape));
  const std::span<const float> all(weights);
  std::size_t at = 64 * 25;
  for (std::size_t i = at; i < at + 64; ++i) EXPECT_EQ(all[i], 0);
  at += 64;
  EXPECT_NEAR(gain(all.subspan(at, 64 * 64 * 9), 64 * 9), 2, 0.16);
  at += 64 * 64 * 9 + 64;
  EXPECT_NEAR(gain(all.subspan(at, 100 * 64 * 16), 64 * 16), 2, 0.16);
  at += 100 * 64 * 16 + 100;
  EXPECT_NEAR(gain(all.subspan(at, 80 * 100), 100), 1, 0.08);
}

TEST(InitialWeights, AreScaledInEveryLayerButTheNormalisations) {
  const NetworkShape shape{1, 8, {{4, 3}, {5, 3}}, {6}, 2, true};
  const std::vector<float> usual = initial_weights(shape, 3), half = initial_weights(shape, 3, {.scale = 0.5});
  std::size_t at = 0;
  const auto expect_factor = [&](float factor, std::size_t count) {
    for (const std::size_t end = at + count; at < end; ++at) EXPECT_EQ(half[at], factor * usual[at]) << at;
  };
  for (const auto& [inputs, filters] : {std::pair{1, 4}, std::pair{4, 5}}) {
    expect_factor(0.5f, filters * inputs * 9 + filters);
    expect_factor(1, 4 * filters);
  }
  expect_factor(0.5f, usual.size() - at);
}

TEST(InitialWeights, OfTheLastLayerMayBeZero) {
  const NetworkShape shape{1, 8, {{4, 3}}, {6}, 2};
  const std::vector<float> usual = initial_weights(shape, 3);
  const std::vector<float> zero = initial_weights(shape, 3, {.zero_last = true});
  const std::size_t last = usual.size() - 2 * (6 + 1);
  for (std::size_t i = 0; i < usual.size(); ++i) EXPECT_EQ(zero[i], i < last ? usual[i] : 0.0f) << i;
  EXPECT_NE(usual[last], 0);
}

TEST(InitialWeights, DependOnTheSeed) {
  const NetworkShape shape{1, 8, {{4, 3}}, {}, 2};
  EXPECT_EQ(initial_weights(shape, 3), initial_weights(shape, 3));
  EXPECT_NE(initial_weights(shape, 3), initial_weights(shape, 4));
}

}  // namespace
}  // namespace crescendo
