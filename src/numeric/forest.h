#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace crescendo {

/// A column of a table of rows. A number's missing value is one outside its usual range, as -1.5 beside 0..1: then
/// every split between the missing ones and the others lies outside it too. A category's is one more code.
struct Feature {
  int categories = 0;        // codes 0..categories-1; 0: a number
  bool where_there = false;  // no node is split on it in which a row lacks it: has a number below 0, or the last code
};

enum class Splitter {
  kBest,    // the split with the largest reduction of the squared error
  kRandom,  // extra-trees: one random split a feature, the best of those
};

enum class LeafValue {
  kMean,
  kLogMeanExp,  // the log of the mean of exp(target): for targets that are logs of what is averaged
};

struct ForestOptions {
  int trees = 10;
  double features_per_split = 1;  // share of the features that are looked at, at least one that is not constant
  int min_split = 2;              // a node with fewer rows (drawn more than once or not) is a leaf
  int min_leaf = 1;               // no leaf has fewer rows
  int depth = 1 << 20;            // of the deepest leaf; 0: the root alone
  bool bootstrap = true;          // each tree learns from as many rows as there are, drawn with repetition
  Splitter splitter = Splitter::kBest;
  LeafValue leaf = LeafValue::kMean;
};

/// The rows that a leaf answers for: low < x <= high for each number, and a set of codes for each category.
class LeafBox {
 public:
  double low(std::size_t feature) const { return low_[feature]; }
  double high(std::size_t feature) const { return high_[feature]; }
  bool has(std::size_t feature, int code) const {
    return sets_[feature][static_cast<std::size_t>(code) / 64] >> (code % 64) & 1;
  }

 private:
  friend class Forest;
  std::vector<double> low_, high_;  // +-infinity where nothing limits them
  std::vector<std::vector<std::uint64_t>> sets_;
};

/// Regression trees over numbers and categories.
///
/// Sources: Breiman 2001, "Random Forests"; Geurts, Ernst, Wehenkel 2006, "Extremely randomized trees". The best split
/// of a category is found among its subsets by sorting the codes by their mean target (Fisher 1958), which is exact for
/// the squared error. Codes that no row of the node has go to a random side, so that trees disagree about them.
/// The same arguments give the same forest on every machine that rounds alike. Immutable; safe to share.
/// Cost: O(rows log rows) a feature, then O(rows) a feature and level of a tree.
class Forest {
 public:
  /// rows: [n][features], n >= 1. targets: [n]. weights: [n], positive, or empty for equal ones.
  Forest(std::span<const Feature> features, std::span<const double> rows, std::span<const double> targets,
         const ForestOptions& options, std::uint64_t seed, std::span<const double> weights = {});

  int trees() const { return static_cast<int>(trees_.size()); }

  /// What one tree says of one row.
  double predict(int tree, std::span<const double> row) const;

  /// rows: [n][features]. Mean and variance (over the trees, divided by their number) for each row.
  void predict(std::span<const double> rows, std::span<double> mean, std::span<double> variance) const;

  /// The leaves of a tree from left to right: what each answers for, its value, and the weight of what it learnt from.
  /// Their boxes fill the space and do not overlap.
  void for_each_leaf(int tree, const std::function<void(const LeafBox&, double value, double weight)>& visit) const;

  int depth(int tree) const { return trees_[static_cast<std::size_t>(tree)].depth; }
  int leaves(int tree) const { return static_cast<int>(trees_[static_cast<std::size_t>(tree)].nodes.size() + 1) / 2; }

  // What follows is for the builder of a tree, and for who takes one apart.
  struct Node {
    double threshold;  // a number above it goes right; leaf: +infinity, so that it stays
    int feature;       // leaf: 0
    int left;          // the right child is left + 1; leaf: the node itself
    int set;           // where the codes that go right begin among the tree's sets, in words; 0: a number or a leaf
  };
  struct Tree {
    std::vector<Node> nodes;            // the root first
    std::vector<double> value, weight;  // of each node; a leaf's are used
    std::vector<std::uint64_t> sets;    // the first word is none's
    int depth = 0;
  };
  const Tree& tree(int number) const { return trees_[static_cast<std::size_t>(number)]; }

 private:
  void visit(const Tree& tree, int node, LeafBox& box,
             const std::function<void(const LeafBox&, double value, double weight)>& visitor) const;

  std::vector<Feature> features_;
  std::vector<Tree> trees_;
};

}  // namespace crescendo
