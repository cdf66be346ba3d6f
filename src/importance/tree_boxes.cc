#include "importance/tree_boxes.h"

#include <algorithm>

namespace crescendo {
namespace {

// [axis][cell]: weight of the cells before it.
std::vector<std::vector<double>> weights_below(std::span<const Axis> axes) {
  std::vector<std::vector<double>> below;
  for (const Axis& axis : axes) {
    below.push_back({0});
    for (const double weight : axis.weight) below.back().push_back(below.back().back() + weight);
  }
  return below;
}

class Walk {
 public:
  Walk(const Forest::Tree& tree, std::span<const Axis> axes) : tree_(tree), axes_(axes), below_(weights_below(axes)) {
    boxes_.axes = axes.size();
    for (std::size_t a = 0; a < axes.size(); ++a) {
      here_.push_back(static_cast<int>(a));
      boxes_.sides.push_back({static_cast<int>(a), 1, 1});
      boxes_.runs.push_back({0, static_cast<int>(axes[a].cells())});
    }
    const std::size_t leaves = (tree.nodes.size() + 1) / 2;
    boxes_.sides.reserve(tree.nodes.size() + axes.size());
    boxes_.sides_of.reserve(leaves * axes.size());
    boxes_.value.reserve(leaves);
    boxes_.volume.reserve(leaves);
    boxes_.branches.reserve(tree.nodes.size());
  }

  TreeBoxes walk() {
    boxes_.branches.push_back({0, 0, -1, -1, -1});
    visit(0, 0);
    return std::move(boxes_);
  }

 private:
  void visit(int at, std::size_t branch) {
    const Forest::Node& node = tree_.nodes[static_cast<std::size_t>(at)];
    if (node.left == at) {
      add_leaf(tree_.value[static_cast<std::size_t>(at)], branch);
      return;
    }
    const auto axis = static_cast<std::size_t>(node.feature);
    const int whole_side = here_[axis];
    const TreeBoxes::Side whole = boxes_.sides[static_cast<std::size_t>(whole_side)];
    for (const bool right : {false, true}) {
      here_[axis] = static_cast<int>(boxes_.sides.size());
      boxes_.sides.push_back(axes_[axis].ordered ? part(whole, axis, node.threshold, right)
                                                 : part(whole, axis, node.set, right));
      const std::size_t child = boxes_.branches.size();
      (right ? boxes_.branches[branch].right : boxes_.branches[branch].left) = static_cast<int>(child);
      boxes_.branches.push_back({node.feature, here_[axis], -1, -1, -1});
      visit(node.left + (right ? 1 : 0), child);
    }
    here_[axis] = whole_side;
  }

  void add_leaf(double value, std::size_t branch) {
    double volume = 1;
    for (const int side : here_) volume *= boxes_.sides[static_cast<std::size_t>(side)].weight;
    boxes_.branches[branch].leaf = static_cast<int>(boxes_.leaves());
    boxes_.sides_of.insert(boxes_.sides_of.end(), here_.begin(), here_.end());
    boxes_.value.push_back(value);
    boxes_.volume.push_back(volume);
  }

  TreeBoxes::Side part(const TreeBoxes::Side& whole, std::size_t axis, double threshold, bool right) {
    const auto& at = axes_[axis].coordinate;
    const Run run = boxes_.runs[static_cast<std::size_t>(whole.first)];
    const auto first = at.begin() + run.begin, last = at.begin() + run.end;
    const int middle = static_cast<int>(std::upper_bound(first, last, threshold) - at.begin());
    return add(axis, right ? Run{middle, run.end} : Run{run.begin, middle});
  }

  TreeBoxes::Side add(std::size_t axis, Run run) {
    boxes_.runs.push_back(run);
    const double weight =
        below_[axis][static_cast<std::size_t>(run.end)] - below_[axis][static_cast<std::size_t>(run.begin)];
    return {static_cast<int>(boxes_.runs.size()) - 1, 1, weight};
  }

  TreeBoxes::Side part(const TreeBoxes::Side& whole, std::size_t axis, int set, bool right) {
    TreeBoxes::Side found = {static_cast<int>(boxes_.runs.size()), 0, 0};
    for (int r = 0; r < whole.runs; ++r) {
      const Run run = boxes_.runs[static_cast<std::size_t>(whole.first + r)];
      for (int code = run.begin; code < run.end; ++code) {
        const std::uint64_t word = tree_.sets[static_cast<std::size_t>(set) + static_cast<std::size_t>(code) / 64];
        if ((word >> (code % 64) & 1) != (right ? 1u : 0u)) continue;
        if (found.runs > 0 && boxes_.runs.back().end == code) {
          ++boxes_.runs.back().end;
        } else {
          boxes_.runs.push_back({code, code + 1});
          ++found.runs;
        }
        found.weight += axes_[axis].weight[static_cast<std::size_t>(code)];
      }
    }
    return found;
  }

  const Forest::Tree& tree_;
  std::span<const Axis> axes_;
  std::vector<std::vector<double>> below_;
  std::vector<int> here_;  // [axis]: sides of the node that is visited
  TreeBoxes boxes_;
};

// What a leaf adds to a marginal where it reaches: its value by its volume along all other axes. One without volume
// (where the search distribution has no weight) adds nothing.
double share(const TreeBoxes& tree, std::size_t leaf, std::size_t axis) {
  if (tree.volume[leaf] == 0) return 0;
  return tree.value[leaf] * tree.volume[leaf] / tree.side(leaf, axis).weight;
}

// Sums over all pairs of leaves that overlap on the kept axes.
class Overlaps {
 public:
  Overlaps(const TreeBoxes& tree, std::span<const Axis> axes, const std::vector<bool>& kept)
      : tree_(tree), kept_(kept), below_(weights_below(axes)), rest_(tree.leaves(), 1), middle_(mean(tree)) {
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      if (kept[axis]) kept_axes_.push_back(axis);
      for (std::size_t leaf = 0; !kept[axis] && leaf < tree.leaves(); ++leaf)
        rest_[leaf] *= tree.side(leaf, axis).weight;
    }
  }

  double sum() {
    double total = 0;
    for (leaf_ = 0; leaf_ < tree_.leaves(); ++leaf_) {
      total += (tree_.value[leaf_] - middle_) * rest_[leaf_] * visit(0);
    }
    return total;
  }

 private:
  double visit(std::size_t at) const {
    const TreeBoxes::Branch& branch = tree_.branches[at];
    const auto cut = static_cast<std::size_t>(branch.axis);
    if (kept_[cut] && at > 0 && overlap(cut, tree_.sides[static_cast<std::size_t>(branch.side)]) == 0) return 0;
    if (branch.leaf < 0)
      return visit(static_cast<std::size_t>(branch.left)) + visit(static_cast<std::size_t>(branch.right));
    const auto leaf = static_cast<std::size_t>(branch.leaf);
    double product = (tree_.value[leaf] - middle_) * rest_[leaf];
    for (const std::size_t axis : kept_axes_) product *= overlap(axis, tree_.side(leaf, axis));
    return product;
  }

  // Weight of the cells that a side shares with that of the leaf at hand.
  double overlap(std::size_t axis, const TreeBoxes::Side& other) const {
    double weight = 0;
    for (const Run& a : tree_.runs_of(tree_.side(leaf_, axis))) {
      for (const Run& b : tree_.runs_of(other)) {
        const int begin = std::max(a.begin, b.begin), end = std::min(a.end, b.end);
        if (begin < end)
          weight += below_[axis][static_cast<std::size_t>(end)] - below_[axis][static_cast<std::size_t>(begin)];
      }
    }
    return weight;
  }

  const TreeBoxes& tree_;
  const std::vector<bool>& kept_;
  std::vector<std::size_t> kept_axes_;
  std::vector<std::vector<double>> below_;
  std::vector<double> rest_;  // [leaf]: its volume along the axes that are not kept
  std::size_t leaf_ = 0;
  double middle_;
};

}  // namespace

TreeBoxes boxes_of(const Forest::Tree& tree, std::span<const Axis> axes) { return Walk(tree, axes).walk(); }

double mean(const TreeBoxes& tree) {
  double sum = 0;
  for (std::size_t leaf = 0; leaf < tree.leaves(); ++leaf) sum += tree.value[leaf] * tree.volume[leaf];
  return sum;
}

double mean_in(const TreeBoxes& tree, std::span<const Axis> axes) {
  const auto below = weights_below(axes);
  double sum = 0;
  for (std::size_t leaf = 0; leaf < tree.leaves(); ++leaf) {
    double volume = 1;
    for (std::size_t axis = 0; axis < axes.size(); ++axis) {
      double weight = 0;
      for (const Run& run : tree.runs_of(tree.side(leaf, axis))) {
        weight += below[axis][static_cast<std::size_t>(run.end)] - below[axis][static_cast<std::size_t>(run.begin)];
      }
      volume *= weight;
    }
    sum += tree.value[leaf] * volume;
  }
  return sum;
}

double variance(const TreeBoxes& tree) {
  const double middle = mean(tree);
  double sum = 0;
  for (std::size_t leaf = 0; leaf < tree.leaves(); ++leaf) {
    sum += (tree.value[leaf] - middle) * (tree.value[leaf] - middle) * tree.volume[leaf];
  }
  return sum;
}

void add_marginal(const TreeBoxes& tree, std::size_t axis, std::span<double> marginal) {
  std::vector<double> steps(marginal.size() + 1);
  for (std::size_t leaf = 0; leaf < tree.leaves(); ++leaf) {
    const double add = share(tree, leaf, axis);
    for (const Run& run : tree.runs_of(tree.side(leaf, axis))) {
      steps[static_cast<std::size_t>(run.begin)] += add;
      steps[static_cast<std::size_t>(run.end)] -= add;
    }
  }
  double sum = 0;
  for (std::size_t cell = 0; cell < marginal.size(); ++cell) marginal[cell] += sum += steps[cell];
}

void add_marginal(const TreeBoxes& tree, std::size_t a, std::size_t b, std::span<double> marginal,
                  std::size_t cells_b) {
  const std::size_t cells_a = marginal.size() / cells_b, width = cells_b + 1;
  std::vector<double> steps((cells_a + 1) * width);
  for (std::size_t leaf = 0; leaf < tree.leaves(); ++leaf) {
    const double add = share(tree, leaf, a) / tree.side(leaf, b).weight;
    for (const Run& run_a : tree.runs_of(tree.side(leaf, a))) {
      double* begin = &steps[static_cast<std::size_t>(run_a.begin) * width];
      double* end = &steps[static_cast<std::size_t>(run_a.end) * width];
      for (const Run& run_b : tree.runs_of(tree.side(leaf, b))) {
        begin[run_b.begin] += add;
        begin[run_b.end] -= add;
        end[run_b.begin] -= add;
        end[run_b.end] += add;
      }
    }
  }
  std::vector<double> column(cells_b);  // sums down each column
  for (std::size_t i = 0; i < cells_a; ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < cells_b; ++j) {
      column[j] += steps[i * width + j];
      marginal[i * cells_b + j] += sum += column[j];
    }
  }
}

double marginal_variance(const TreeBoxes& tree, std::span<const Axis> axes, const std::vector<bool>& kept) {
  return Overlaps(tree, axes, kept).sum();
}

}  // namespace crescendo
