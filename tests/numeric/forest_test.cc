#include "numeric/forest.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <set>

#include "crescendo/rng.h"

namespace crescendo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ForestOptions one_tree() {
  ForestOptions options;
  options.trees = 1;
  options.bootstrap = false;
  return options;
}

// Rows over two floats, an int with ties and two categories, one of them with more codes than a word has bits.
struct MixedTable {
  std::vector<Feature> features = {{}, {}, {}, {3}, {70}};
  std::vector<double> rows, targets, weights;

  MixedTable(int count, std::uint64_t seed) {
    Rng rng(seed);
    for (int i = 0; i < count; ++i) {
      const double a = rng.uniform(), b = rng.below(5) == 0 ? -1.5 : rng.uniform();
      const auto level = static_cast<double>(rng.below(4)), kind = static_cast<double>(rng.below(3));
      const auto code = static_cast<double>(rng.below(70));
      rows.insert(rows.end(), {a, b, level, kind, code});
      targets.push_back(a * a + (kind == 1 ? b : 0.3 * level) + std::sin(code) + 0.1 * rng.normal());
      weights.push_back(0.5 + rng.uniform());
    }
  }

  std::span<const double> row(std::size_t i) const { return std::span(rows).subspan(i * 5, 5); }
  std::size_t size() const { return targets.size(); }
};

double squared_error(std::span<const double> targets, std::span<const double> weights, const std::vector<int>& rows) {
  double weight = 0, sum = 0, error = 0;
  for (const int row : rows) {
    weight += weights[row];
    sum += weights[row] * targets[row];
  }
  for (const int row : rows) error += weights[row] * std::pow(targets[row] - sum / weight, 2);
  return error;
}

// The lowest squared error of a split in two, by trying all thresholds and all subsets of codes.
double best_error(const MixedTable& table, const std::vector<std::size_t>& features, std::size_t min_leaf) {
  double best = kInfinity;
  const auto attempt = [&](const auto& goes_left) {
    std::vector<int> left, right;
    for (std::size_t i = 0; i < table.size(); ++i) (goes_left(table.row(i)) ? left : right).push_back(int(i));
    if (left.size() < min_leaf || right.size() < min_leaf) return;
    best = std::min(
        best, squared_error(table.targets, table.weights, left) + squared_error(table.targets, table.weights, right));
  };
  for (const std::size_t f : features) {
    if (table.features[f].categories > 0) {
      for (int set = 1; set < 1 << table.features[f].categories; ++set) {
        attempt([&](auto row) { return set >> static_cast<int>(row[f]) & 1; });
      }
    } else {
      for (std::size_t i = 0; i < table.size(); ++i) {
        attempt([&](auto row) { return row[f] <= table.row(i)[f]; });
      }
    }
  }
  return best;
}

double error_of(const Forest& forest, const MixedTable& table) {
  double error = 0;
  for (std::size_t i = 0; i < table.size(); ++i) {
    error += table.weights[i] * std::pow(forest.predict(0, table.row(i)) - table.targets[i], 2);
  }
  return error;
}

TEST(Forest, FindsTheSplitThatBruteForceFinds) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    MixedTable table(30, seed);
    table.features[4] = {};  // its 2^70 subsets are too many to try; as a number it has ties
    ForestOptions options = one_tree();
    options.depth = 1;
    for (const int min_leaf : {1, 4}) {
      options.min_leaf = min_leaf;
      const Forest forest(table.features, table.rows, table.targets, options, seed, table.weights);
      ASSERT_EQ(forest.leaves(0), 2);
      const double best = best_error(table, {0, 1, 2, 3, 4}, static_cast<std::size_t>(min_leaf));
      EXPECT_NEAR(error_of(forest, table), best, 1e-9 * best) << "seed " << seed;
    }
  }
}

TEST(Forest, FindsTheBestOfAllSubsetsOfACategory) {
  Rng rng(3);
  for (int round = 0; round < 40; ++round) {
    MixedTable table(0, 0);
    table.features = {{}, {}, {}, {}, {8}};  // the numbers are constant
    for (int i = 0; i < 40; ++i) {
      table.rows.insert(table.rows.end(), {1, 1, 1, 1, static_cast<double>(rng.below(8))});
      table.targets.push_back(rng.normal());
      table.weights.push_back(1 + static_cast<double>(rng.below(3)));
    }
    ForestOptions options = one_tree();
    options.depth = 1;
    const Forest forest(table.features, table.rows, table.targets, options, 1, table.weights);
    const double best = best_error(table, {4}, 1);
    EXPECT_NEAR(error_of(forest, table), best, 1e-9 * best);
  }
}

TEST(Forest, WithoutBootstrapAndLimitsGivesTheTargetsBack) {
  const MixedTable table(500, 1);
  for (const Splitter splitter : {Splitter::kBest, Splitter::kRandom}) {
    ForestOptions options;
    options.bootstrap = false;
    options.splitter = splitter;
    const Forest forest(table.features, table.rows, table.targets, options, 4);
    std::vector<double> mean(table.size()), variance(table.size());
    forest.predict(table.rows, mean, variance);
    for (std::size_t i = 0; i < table.size(); ++i) {
      EXPECT_EQ(mean[i], table.targets[i]);
      EXPECT_EQ(variance[i], 0);
    }
  }
}

TEST(Forest, SplitsWhereNoSingleSplitGainsAnything) {
  const std::vector<double> rows = {0, 0, 0, 1, 1, 0, 1, 1}, targets = {0, 1, 1, 0};  // exclusive or
  const Forest forest(std::vector<Feature>(2), rows, targets, one_tree(), 1);
  EXPECT_EQ(forest.leaves(0), 4);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(forest.predict(0, std::span(rows).subspan(2 * i, 2)), targets[i]);
}

TEST(Forest, SplitsInTheMiddleBetweenNeighbours) {
  const std::vector<double> rows = {0.2, 0.6}, targets = {1, 3};
  const Forest forest(std::vector<Feature>(1), rows, targets, one_tree(), 1);
  EXPECT_EQ(forest.predict(0, std::vector<double>{0.3999}), 1);
  EXPECT_EQ(forest.predict(0, std::vector<double>{0.4001}), 3);
}

TEST(Forest, PartsMissingNumbersFromEveryOther) {
  const std::vector<double> rows = {-1.5, -1.5, 1, 0.9}, targets = {1, 1, 3, 3};
  const Forest forest(std::vector<Feature>(1), rows, targets, one_tree(), 1);
  EXPECT_EQ(forest.predict(0, std::vector<double>{0}), 3);
}

TEST(Forest, SplitsWhereAFeatureIsThereIfItIsTold) {
  // Feature 1 tells all targets apart, but is lacking where feature 0 is 0: only behind a split of that is it used.
  for (const bool category : {false, true}) {
    const double lacking = category ? 4 : -1;
    const std::vector<double> rows = {0, lacking, 0, lacking, 1, 0, 1, 1, 1, 2, 1, 3}, targets = {5, 5, 0, 1, 2, 3};
    const std::vector<Feature> features = {{}, {category ? 5 : 0, true}};
    const Forest forest(features, rows, targets, one_tree(), 1);
    EXPECT_EQ(forest.leaves(0), 5);
    const Forest::Node& root = forest.tree(0).nodes[0];
    EXPECT_EQ(root.feature, 0);
    EXPECT_EQ(forest.predict(0, std::vector<double>{0, 2}), 5);
  }
}

TEST(Forest, MeanAndVarianceAreThoseOfItsTrees) {
  const MixedTable table(200, 2);
  const Forest forest(table.features, table.rows, table.targets, ForestOptions{}, 9);
  ASSERT_EQ(forest.trees(), 10);
  const MixedTable other(333, 8);  // not a whole number of blocks
  std::vector<double> mean(other.size()), variance(other.size());
  forest.predict(other.rows, mean, variance);
  double spread = 0;
  for (std::size_t i = 0; i < other.size(); ++i) {
    double sum = 0, squares = 0;
    for (int tree = 0; tree < 10; ++tree) sum += forest.predict(tree, other.row(i));
    for (int tree = 0; tree < 10; ++tree) squares += std::pow(forest.predict(tree, other.row(i)) - sum / 10, 2);
    ASSERT_NEAR(mean[i], sum / 10, 1e-12);
    ASSERT_NEAR(variance[i], squares / 10, 1e-12);
    spread += variance[i];
  }
  EXPECT_GT(spread, 0);
}

TEST(Forest, TwoRowsHaveTheVarianceOfTheirDraws) {
  // A tree of two rows drew one of them twice (a leaf: 0 or 1) or both (then it answers 0 at row 0). The share of trees
  // that answer 1 at row 0 is binomial with 1/4: its mean 0.25, variance over trees 3/16.
  ForestOptions options;
  options.trees = 4000;
  const std::vector<double> rows = {0, 1}, targets = {0, 1};
  const Forest forest(std::vector<Feature>(1), rows, targets, options, 5);
  double mean, variance;
  forest.predict(std::span(rows).first(1), {&mean, 1}, {&variance, 1});
  EXPECT_NEAR(mean, 0.25, 0.03);  // 4 standard deviations
  EXPECT_NEAR(variance, mean * (1 - mean), 1e-12);
}

TEST(Forest, LeavesAverageAsTheCallerSays) {
  const std::vector<double> rows = {0, 0, 0}, targets = {std::log(1.0), std::log(2.0), std::log(6.0)};
  ForestOptions options = one_tree();
  EXPECT_NEAR(Forest(std::vector<Feature>(1), rows, targets, options, 1).predict(0, std::vector<double>{0}),
              std::log(12.0) / 3, 1e-12);
  options.leaf = LeafValue::kLogMeanExp;
  EXPECT_NEAR(Forest(std::vector<Feature>(1), rows, targets, options, 1).predict(0, std::vector<double>{0}),
              std::log(3.0), 1e-12);
  const std::vector<double> weights = {2, 1, 1};
  EXPECT_NEAR(Forest(std::vector<Feature>(1), rows, targets, options, 1, weights).predict(0, std::vector<double>{0}),
              std::log(10.0 / 4), 1e-12);
}

TEST(Forest, KeepsItsLimits) {
  const MixedTable table(300, 6);
  for (const Splitter splitter : {Splitter::kBest, Splitter::kRandom}) {
    ForestOptions options = one_tree();
    options.splitter = splitter;
    options.depth = 4;
    EXPECT_EQ(Forest(table.features, table.rows, table.targets, options, 1).depth(0), 4);
    options.depth = 1000;
    options.min_leaf = 7;
    const auto least = [&] {
      double weight = kInfinity;
      Forest(table.features, table.rows, table.targets, options, 1).for_each_leaf(0, [&](auto&, double, double leaf) {
        weight = std::min(weight, leaf);
      });
      return weight;
    };
    EXPECT_GE(least(), 7);
    options.min_leaf = 1;
    options.min_split = 300;
    EXPECT_EQ(Forest(table.features, table.rows, table.targets, options, 1).leaves(0), 2);
    options.min_split = 301;
    EXPECT_EQ(Forest(table.features, table.rows, table.targets, options, 1).leaves(0), 1);
  }
}

TEST(Forest, LooksAtTheShareOfFeaturesItIsTold) {
  // Feature 0 explains all. Looked at alone with probability 1/4, it is the first split of a quarter of the trees.
  Rng rng(1);
  std::vector<double> rows, targets;
  for (int i = 0; i < 50; ++i) {
    for (int f = 0; f < 4; ++f) rows.push_back(rng.uniform());
    targets.push_back(rows[rows.size() - 4] > 0.5);
  }
  const auto chosen = [&](double share) {
    ForestOptions options = one_tree();
    options.trees = 2000;
    options.depth = 1;
    options.features_per_split = share;
    const Forest forest(std::vector<Feature>(4), rows, targets, options, 1);
    int count = 0;
    for (int tree = 0; tree < 2000; ++tree) {
      bool split = false;
      forest.for_each_leaf(tree, [&](const LeafBox& box, double, double) { split |= box.high(0) < kInfinity; });
      count += split;
    }
    return count / 2000.0;
  };
  EXPECT_EQ(chosen(1), 1);
  EXPECT_NEAR(chosen(0.25), 0.25, 0.05);  // 5 standard deviations
  EXPECT_NEAR(chosen(0.5), 0.5, 0.06);
}

TEST(Forest, EqualSplitsAreChosenAtRandom) {
  // Two rows: every feature parts them equally well.
  const std::vector<double> rows = {0, 0, 0, 1, 1, 1}, targets = {0, 1};
  ForestOptions options = one_tree();
  options.trees = 3000;
  const Forest forest(std::vector<Feature>(3), rows, targets, options, 1);
  std::map<int, int> uses;
  for (int tree = 0; tree < 3000; ++tree) {
    forest.for_each_leaf(tree, [&](const LeafBox& box, double value, double) {
      for (int f = 0; f < 3; ++f) uses[f] += value == 0 && box.high(static_cast<std::size_t>(f)) < kInfinity;
    });
  }
  for (int f = 0; f < 3; ++f) EXPECT_NEAR(uses[f], 1000, 130);  // 5 standard deviations
}

TEST(Forest, LeafBoxesFillTheSpaceAndAnswerLikeTheTree) {
  const MixedTable table(400, 3), asked(300, 4);
  const Forest forest(table.features, table.rows, table.targets, ForestOptions{}, 2);
  for (int tree = 0; tree < forest.trees(); ++tree) {
    std::vector<int> hits(asked.size());
    double weight = 0;
    int leaves = 0;
    forest.for_each_leaf(tree, [&](const LeafBox& box, double value, double leaf_weight) {
      ++leaves;
      weight += leaf_weight;
      for (std::size_t i = 0; i < asked.size(); ++i) {
        bool inside = true;
        for (std::size_t f = 0; f < 5; ++f) {
          const double x = asked.row(i)[f];
          inside &=
              table.features[f].categories > 0 ? box.has(f, static_cast<int>(x)) : x > box.low(f) && x <= box.high(f);
        }
        if (!inside) continue;
        ++hits[i];
        EXPECT_EQ(value, forest.predict(tree, asked.row(i)));
      }
    });
    EXPECT_EQ(leaves, forest.leaves(tree));
    EXPECT_EQ(weight, 400);  // as many draws as rows
    EXPECT_EQ(hits, std::vector<int>(asked.size(), 1));
  }
}

TEST(Forest, CodesThatANodeHasNotSeenGoToARandomSide) {
  const std::vector<double> rows = {0, 1}, targets = {0, 1};
  ForestOptions options = one_tree();
  options.trees = 1000;
  const Forest forest(std::vector<Feature>{{3}}, rows, targets, options, 1);
  double mean, variance;
  forest.predict(std::vector<double>{2}, {&mean, 1}, {&variance, 1});
  EXPECT_NEAR(mean, 0.5, 0.08);  // 5 standard deviations
}

TEST(Forest, IsTheSameForTheSameSeedAndAnotherForAnother) {
  const MixedTable table(100, 3);
  const auto answer = [&](std::uint64_t seed) {
    const Forest forest(table.features, table.rows, table.targets, ForestOptions{}, seed);
    std::vector<double> mean(table.size()), variance(table.size());
    forest.predict(table.rows, mean, variance);
    return mean;
  };
  EXPECT_EQ(answer(1), answer(1));
  EXPECT_NE(answer(1), answer(2));
}

}  // namespace
}  // namespace crescendo
