#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "importance/axis.h"
#include "numeric/forest.h"

namespace crescendo {

/// Neighbouring cells of an axis: from `begin` up to, not including, `end`.
struct Run {
  int begin, end;
};

/// A tree as what its leaves answer for: boxes of cells that fill the space and do not overlap.
struct TreeBoxes {
  /// The cells of one axis that a leaf answers for, and their weight.
  struct Side {
    int first, runs;  // of `runs` below
    double weight;
  };

  /// A node: where its side of one axis was cut from its parent's, and what it holds.
  struct Branch {
    int axis, side;
    int left, right;  // branches; -1: a leaf
    int leaf;         // -1: none
  };

  std::size_t axes = 0;
  std::vector<Branch> branches;  // the root first
  std::vector<Run> runs;
  std::vector<Side> sides;            // each once, though many leaves have it
  std::vector<int> sides_of;          // [leaf][axis]: places in `sides`
  std::vector<double> value, volume;  // [leaf]; the sum of the volumes is 1

  std::size_t leaves() const { return value.size(); }
  const Side& side(std::size_t leaf, std::size_t axis) const {
    return sides[static_cast<std::size_t>(sides_of[leaf * axes + axis])];
  }
  std::span<const Run> runs_of(const Side& side) const {
    return std::span(runs).subspan(static_cast<std::size_t>(side.first), static_cast<std::size_t>(side.runs));
  }
};

/// The tree learnt from rows of the axes' coordinates (codes, where not ordered), one feature an axis.
TreeBoxes boxes_of(const Forest::Tree& tree, std::span<const Axis> axes);

/// Mean and variance by the search distribution. Cost: O(leaves).
double mean(const TreeBoxes& tree);
double variance(const TreeBoxes& tree);

/// The mean by another distribution: the same axes with other weights.
double mean_in(const TreeBoxes& tree, std::span<const Axis> axes);

/// Adds a tree's mean over all axes but one, or two. Cost: O(leaves + cells). marginal: [cell]; [cell of a][cell of b].
void add_marginal(const TreeBoxes& tree, std::size_t axis, std::span<double> marginal);
void add_marginal(const TreeBoxes& tree, std::size_t a, std::size_t b, std::span<double> marginal, std::size_t cells_b);

/// Variance of a tree's mean over all axes that are not `kept`. kept: [axis].
/// Cost: O(pairs of leaves that overlap on the kept axes).
double marginal_variance(const TreeBoxes& tree, std::span<const Axis> axes, const std::vector<bool>& kept);

}  // namespace crescendo
