#include "numeric/forest.h"

#include <algorithm>
#include <limits>

#include "crescendo/error.h"
#include "numeric/tree_builder.h"

namespace crescendo {
namespace {

constexpr std::size_t kLanes = 8;    // rows that go down a tree side by side: each waits for memory, all wait at once
constexpr std::size_t kBlock = 256;  // rows that all trees see while they are in the cache

// Both kinds of split are worked out and one is chosen, because which it is cannot be foretold. sets[0] is there
// always.
int next_node(const Forest::Node& node, const double* row, const std::uint64_t* sets) {
  const double x = row[node.feature];
  const bool is_number = node.set == 0;
  const auto code = is_number ? 0u : static_cast<std::uint32_t>(static_cast<std::int32_t>(x));
  const auto in_set = static_cast<int>(sets[static_cast<std::uint32_t>(node.set) + code / 64] >> (code % 64) & 1);
  return node.left + (is_number ? static_cast<int>(x > node.threshold) : in_set);
}

// The leaves of kLanes rows, which stand `width` apart.
void find_leaves(const Forest::Tree& tree, const double* rows, std::size_t width, int* leaves) {
  const Forest::Node* nodes = tree.nodes.data();
  const std::uint64_t* sets = tree.sets.data();
  std::fill_n(leaves, kLanes, 0);
  for (int moved = 1; moved != 0;) {
    moved = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const int next = next_node(nodes[leaves[lane]], rows + lane * width, sets);
      moved |= next ^ leaves[lane];
      leaves[lane] = next;
    }
  }
}

}  // namespace

Forest::Forest(std::span<const Feature> features, std::span<const double> rows, std::span<const double> targets,
               const ForestOptions& options, std::uint64_t seed, std::span<const double> weights)
    : features_(features.begin(), features.end()) {
  const std::size_t n = targets.size();
  check(n > 0 && !features.empty() && rows.size() == n * features.size(), "a forest learns from whole rows");
  check(weights.empty() || weights.size() == n, "every row has a weight");
  const TrainingTable table(features_, rows, targets);
  for (int tree = 0; tree < options.trees; ++tree) {
    Rng rng(seed, {static_cast<std::uint64_t>(tree)});
    std::vector<double> drawn(n, options.bootstrap ? 0.0 : 1.0);
    for (std::size_t draw = 0; options.bootstrap && draw < n; ++draw) drawn[rng.below(n)] += 1;
    for (std::size_t row = 0; row < weights.size(); ++row) drawn[row] *= weights[row];
    trees_.push_back(build_tree(table, options, drawn, rng));
  }
}

double Forest::predict(int tree, std::span<const double> row) const {
  const Tree& t = trees_[static_cast<std::size_t>(tree)];
  int leaves[kLanes];
  find_leaves(t, row.data(), 0, leaves);  // the same row in every lane
  return t.value[static_cast<std::size_t>(leaves[0])];
}

void Forest::predict(std::span<const double> rows, std::span<double> mean, std::span<double> variance) const {
  const std::size_t width = features_.size(), n = mean.size();
  check(rows.size() == n * width && variance.size() == n, "every row has a prediction");
  const auto count = static_cast<double>(trees_.size());
  // Sums are taken from the first tree's answer: where all agree, the variance is exactly 0.
  double first[kBlock], sum[kBlock], squares[kBlock];
  std::vector<double> rest(n % kLanes == 0 ? 0 : kLanes * width);  // the last rows, and zeros where there are no more
  for (std::size_t begin = 0; begin < n; begin += kBlock) {
    const std::size_t size = std::min(kBlock, n - begin);
    std::fill_n(sum, size, 0.0);
    std::fill_n(squares, size, 0.0);
    for (const Tree& tree : trees_) {
      for (std::size_t lane = 0; lane < size; lane += kLanes) {
        const std::size_t lanes = std::min(kLanes, size - lane);
        int leaves[kLanes];
        if (lanes < kLanes) std::copy_n(&rows[(begin + lane) * width], lanes * width, rest.begin());
        find_leaves(tree, lanes < kLanes ? rest.data() : &rows[(begin + lane) * width], width, leaves);
        for (std::size_t i = 0; i < lanes; ++i) {
          const double value = tree.value[static_cast<std::size_t>(leaves[i])];
          if (&tree == trees_.data()) first[lane + i] = value;
          const double distance = value - first[lane + i];
          sum[lane + i] += distance;
          squares[lane + i] += distance * distance;
        }
      }
    }
    for (std::size_t i = 0; i < size; ++i) {
      const double shift = sum[i] / count;
      mean[begin + i] = first[i] + shift;
      variance[begin + i] = std::max(0.0, squares[i] / count - shift * shift);
    }
  }
}

void Forest::for_each_leaf(int tree, const std::function<void(const LeafBox&, double, double)>& visitor) const {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  LeafBox box;
  box.low_.assign(features_.size(), -kInfinity);
  box.high_.assign(features_.size(), kInfinity);
  for (const Feature& feature : features_) {
    const auto codes = static_cast<std::size_t>(feature.categories);
    std::vector<std::uint64_t> all((codes + 63) / 64);
    for (std::size_t code = 0; code < codes; ++code) all[code / 64] |= std::uint64_t{1} << (code % 64);
    box.sets_.push_back(std::move(all));
  }
  visit(trees_[static_cast<std::size_t>(tree)], 0, box, visitor);
}

void Forest::visit(const Tree& tree, int at, LeafBox& box,
                   const std::function<void(const LeafBox&, double, double)>& visitor) const {
  const Node& node = tree.nodes[static_cast<std::size_t>(at)];
  if (node.left == at) {
    visitor(box, tree.value[static_cast<std::size_t>(at)], tree.weight[static_cast<std::size_t>(at)]);
    return;
  }
  const auto feature = static_cast<std::size_t>(node.feature);
  if (node.set == 0) {
    const double low = box.low_[feature], high = box.high_[feature];
    box.high_[feature] = std::min(high, node.threshold);
    visit(tree, node.left, box, visitor);
    box.high_[feature] = high;
    box.low_[feature] = std::max(low, node.threshold);
    visit(tree, node.left + 1, box, visitor);
    box.low_[feature] = low;
    return;
  }
  const std::vector<std::uint64_t> codes = box.sets_[feature];
  for (const bool right : {false, true}) {
    for (std::size_t word = 0; word < codes.size(); ++word) {
      const std::uint64_t goes_right = tree.sets[static_cast<std::size_t>(node.set) + word];
      box.sets_[feature][word] = codes[word] & (right ? goes_right : ~goes_right);
    }
    visit(tree, node.left + (right ? 1 : 0), box, visitor);
  }
  box.sets_[feature] = codes;
}

}  // namespace crescendo
