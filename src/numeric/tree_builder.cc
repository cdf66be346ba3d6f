#include "numeric/tree_builder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace crescendo {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Splits whose gains differ by rounding only are equal: the feature that was looked at first, a random one, is taken.
constexpr double kEqualGains = 1e-10;

struct Split {
  double gain = -1;  // a split that gains nothing is still one: it may make room for others (exclusive or)
  int feature = -1;
  double threshold = 0;
};

// Rows, weight and sums of a node; sums are of the targets' distances from the table's mean.
struct NodeSums {
  double weight = 0, sum = 0, lowest = kInfinity, highest = -kInfinity;
};

class TreeBuilder {
 public:
  TreeBuilder(const TrainingTable& table, const ForestOptions& options, std::span<const double> weights, Rng& rng)
      : table_(table), options_(options), rng_(rng), rows_(table.targets.size()), features_(table.features.size()) {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      rows_[row] = {weights[row], weights[row] * (table.targets[row] - table.mean)};
      if (weights[row] > 0) members_.push_back(static_cast<int>(row));
    }
    sorted_.resize(table.features.size());
    for (std::size_t feature = 0; feature < table.features.size(); ++feature) {
      sorted_[feature].reserve(members_.size());
      for (const int row : table.order[feature]) {
        if (weights[static_cast<std::size_t>(row)] > 0) sorted_[feature].push_back(row);
      }
      most_codes_ = std::max(most_codes_, static_cast<std::size_t>(table.features[feature].categories));
    }
    codes_.resize(most_codes_);
    goes_right_.resize(rows_.size());
    moved_.resize(members_.size());
    std::iota(features_.begin(), features_.end(), 0);
    inspected_ = std::max(1, static_cast<int>(std::floor(options.features_per_split * width() + 1e-9)));
  }

  Forest::Tree build() {
    tree_.sets.assign(1, 0);
    add_node(sums(0, members_.size()), 0, members_.size());
    grow_.push_back({0, 0, members_.size(), 0});
    while (!grow_.empty()) {
      const Growing node = grow_.back();
      grow_.pop_back();
      tree_.depth = std::max(tree_.depth, node.depth);
      grow(node);
    }
    return std::move(tree_);
  }

 private:
  struct Row {
    double weight, sum;
  };
  struct Code {
    double weight, sum;
    int rows;
  };
  struct Growing {
    int node;
    std::size_t begin, end;
    int depth;
  };

  int width() const { return static_cast<int>(table_.features.size()); }

  NodeSums sums(std::size_t begin, std::size_t end) const {
    NodeSums result;
    for (std::size_t i = begin; i < end; ++i) {
      const auto row = static_cast<std::size_t>(members_[i]);
      result.weight += rows_[row].weight;
      result.sum += rows_[row].sum;
      result.lowest = std::min(result.lowest, table_.targets[row]);
      result.highest = std::max(result.highest, table_.targets[row]);
    }
    return result;
  }

  double value(const NodeSums& node, std::size_t begin, std::size_t end) const {
    if (node.lowest == node.highest) return node.lowest;
    if (options_.leaf == LeafValue::kMean) return table_.mean + node.sum / node.weight;
    double sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
      const auto row = static_cast<std::size_t>(members_[i]);
      sum += rows_[row].weight * std::exp(table_.targets[row] - node.highest);
    }
    return node.highest + std::log(sum / node.weight);
  }

  void add_node(const NodeSums& node, std::size_t begin, std::size_t end) {
    tree_.nodes.push_back({kInfinity, 0, static_cast<int>(tree_.nodes.size()), 0});
    tree_.value.push_back(value(node, begin, end));
    tree_.weight.push_back(node.weight);
  }

  void grow(const Growing& node) {
    const std::size_t count = node.end - node.begin;
    if (node.depth >= options_.depth || static_cast<int>(count) < std::max(2, options_.min_split)) return;
    const NodeSums all = sums(node.begin, node.end);
    if (all.lowest == all.highest) return;
    const Split split = find_split(node, all);
    if (split.feature < 0) return;
    const std::size_t middle = part(node, split);
    const int left = static_cast<int>(tree_.nodes.size());
    const bool is_category = table_.features[static_cast<std::size_t>(split.feature)].categories > 0;
    const int set = is_category ? static_cast<int>(tree_.sets.size()) : 0;
    if (is_category) tree_.sets.insert(tree_.sets.end(), set_.begin(), set_.end());
    tree_.nodes[static_cast<std::size_t>(node.node)] = {split.threshold, split.feature, left, set};
    add_node(sums(node.begin, middle), node.begin, middle);
    add_node(sums(middle, node.end), middle, node.end);
    grow_.push_back({left + 1, middle, node.end, node.depth + 1});
    grow_.push_back({left, node.begin, middle, node.depth + 1});
  }

  // Looks at features in random order, until enough were seen that can be split at all. Leaves the best split's codes
  // in set_.
  Split find_split(const Growing& node, const NodeSums& all) {
    Split best;
    int seen = 0;
    for (int i = 0; i < width() && seen < inspected_; ++i) {
      const auto other = static_cast<std::size_t>(i) + rng_.below(static_cast<std::uint64_t>(width() - i));
      std::swap(features_[static_cast<std::size_t>(i)], features_[other]);
      const int feature = features_[static_cast<std::size_t>(i)];
      const bool is_category = table_.features[static_cast<std::size_t>(feature)].categories > 0;
      const bool varies =
          is_category ? split_category(node, all, feature, best) : split_number(node, all, feature, best);
      if (varies) ++seen;
      // Of two rows every split is the same.
      if (best.feature >= 0 && node.end - node.begin == 2) break;
    }
    return best;
  }

  // The reduction of the squared error, up to a factor that is the node's: the squared distance of the left side's sum
  // from what it would be at the node's mean.
  static double gain(double left_weight, double left_sum, const NodeSums& all, double mean) {
    const double distance = left_sum - mean * left_weight;
    return distance * distance / (left_weight * (all.weight - left_weight));
  }

  static bool beats(double gain, const Split& best) { return gain > best.gain + kEqualGains * std::abs(best.gain); }

  bool split_number(const Growing& node, const NodeSums& all, int feature, Split& best) {
    const double* column = table_.column(static_cast<std::size_t>(feature));
    const int* rows = sorted_[static_cast<std::size_t>(feature)].data() + node.begin;
    const std::size_t count = node.end - node.begin;
    const double lowest = column[rows[0]], highest = column[rows[count - 1]];
    if (lowest == highest) return false;
    if (lowest < 0 && table_.features[static_cast<std::size_t>(feature)].where_there) return false;
    if (options_.splitter == Splitter::kRandom) {
      random_split(rows, count, all, feature, lowest + rng_.uniform() * (highest - lowest), best);
    } else {
      best_split(rows, count, all, feature, best);
    }
    return true;
  }

  void best_split(const int* rows, std::size_t count, const NodeSums& all, int feature, Split& best) const {
    const double* column = table_.column(static_cast<std::size_t>(feature));
    const auto least = static_cast<std::size_t>(std::max(1, options_.min_leaf));
    const double mean = all.sum / all.weight;
    double weight = 0, sum = 0, here = column[rows[0]];
    for (std::size_t i = 0; i + least < count; ++i) {
      weight += rows_[static_cast<std::size_t>(rows[i])].weight;
      sum += rows_[static_cast<std::size_t>(rows[i])].sum;
      const double next = column[rows[i + 1]];
      if (next > here && i + 1 >= least) {
        if (const double found = gain(weight, sum, all, mean); beats(found, best)) {
          const double middle = here + (next - here) / 2;
          best = {found, feature, middle < next ? middle : here};
        }
      }
      here = next;
    }
  }

  void random_split(const int* rows, std::size_t count, const NodeSums& all, int feature, double threshold,
                    Split& best) const {
    const double* column = table_.column(static_cast<std::size_t>(feature));
    double weight = 0, sum = 0;
    std::size_t left = 0;
    for (; left < count && column[rows[left]] <= threshold; ++left) {
      weight += rows_[static_cast<std::size_t>(rows[left])].weight;
      sum += rows_[static_cast<std::size_t>(rows[left])].sum;
    }
    const auto least = static_cast<std::size_t>(std::max(1, options_.min_leaf));
    if (left < least || count - left < least) return;
    const double found = gain(weight, sum, all, all.sum / all.weight);
    if (beats(found, best)) best = {found, feature, threshold};
  }

  bool split_category(const Growing& node, const NodeSums& all, int feature, Split& best) {
    count_codes(node, feature);
    if (present_.size() < 2) return false;
    const Feature& category = table_.features[static_cast<std::size_t>(feature)];
    if (category.where_there && present_.back() == category.categories - 1) return false;
    if (options_.splitter == Splitter::kRandom) {
      shuffle_sides();
    } else {
      std::sort(present_.begin(), present_.end(), [this](int a, int b) {
        const Code &x = codes_[static_cast<std::size_t>(a)], &y = codes_[static_cast<std::size_t>(b)];
        const double mean_x = x.sum / x.weight, mean_y = y.sum / y.weight;
        return mean_x < mean_y || (mean_x == mean_y && a < b);
      });
      lefts_.resize(present_.size() - 1);
      std::iota(lefts_.begin(), lefts_.end(), std::size_t{1});
    }
    const int least = std::max(1, options_.min_leaf), count = static_cast<int>(node.end - node.begin);
    const double mean = all.sum / all.weight;
    double weight = 0, sum = 0;
    int rows = 0;
    std::size_t done = 0;
    for (const std::size_t left : lefts_) {
      for (; done < left; ++done) {
        const Code& code = codes_[static_cast<std::size_t>(present_[done])];
        weight += code.weight;
        sum += code.sum;
        rows += code.rows;
      }
      if (rows < least || count - rows < least) continue;
      const double found = gain(weight, sum, all, mean);
      if (!beats(found, best)) continue;
      best = {found, feature, kInfinity};
      keep_set(feature, left);
    }
    return true;
  }

  void count_codes(const Growing& node, int feature) {
    const double* column = table_.column(static_cast<std::size_t>(feature));
    const auto codes = static_cast<std::size_t>(table_.features[static_cast<std::size_t>(feature)].categories);
    std::fill_n(codes_.begin(), codes, Code{0, 0, 0});
    for (std::size_t i = node.begin; i < node.end; ++i) {
      Code& code = codes_[static_cast<std::size_t>(column[members_[i]])];
      code.weight += rows_[static_cast<std::size_t>(members_[i])].weight;
      code.sum += rows_[static_cast<std::size_t>(members_[i])].sum;
      ++code.rows;
    }
    present_.clear();
    for (std::size_t code = 0; code < codes; ++code) {
      if (codes_[code].rows > 0) present_.push_back(static_cast<int>(code));
    }
  }

  // A random proper subset of the codes that are there goes left.
  void shuffle_sides() {
    rng_.shuffle(std::span(present_));
    std::size_t left = 0;
    for (std::size_t i = 0; i < present_.size(); ++i) left += rng_.next() >> 63;
    lefts_.assign(1, std::clamp(left, std::size_t{1}, present_.size() - 1));
  }

  // The first `left` of present_ go left, the others right, codes that are not there to either side.
  void keep_set(int feature, std::size_t left) {
    const auto codes = static_cast<std::size_t>(table_.features[static_cast<std::size_t>(feature)].categories);
    set_.resize((codes + 63) / 64);
    for (std::uint64_t& word : set_) word = rng_.next();
    for (std::size_t i = 0; i < present_.size(); ++i) {
      std::uint64_t& word = set_[static_cast<std::size_t>(present_[i]) / 64];
      const std::uint64_t bit = std::uint64_t{1} << (present_[i] % 64);
      word = i < left ? word & ~bit : word | bit;
    }
  }

  // Brings the rows that go left to the front in every order; returns where the others begin.
  std::size_t part(const Growing& node, const Split& split) {
    const double* column = table_.column(static_cast<std::size_t>(split.feature));
    const bool is_category = table_.features[static_cast<std::size_t>(split.feature)].categories > 0;
    for (std::size_t i = node.begin; i < node.end; ++i) {
      const auto row = static_cast<std::size_t>(members_[i]);
      const double x = column[row];
      const auto code = static_cast<std::size_t>(is_category ? x : 0);
      goes_right_[row] = is_category ? (set_[code / 64] >> (code % 64) & 1) != 0 : x > split.threshold;
    }
    const std::size_t middle = part(members_, node);
    // The orders of two rows are not read again.
    if (node.end - node.begin > 2) {
      for (std::vector<int>& rows : sorted_) {
        if (!rows.empty()) part(rows, node);
      }
    }
    return middle;
  }

  std::size_t part(std::vector<int>& rows, const Growing& node) {
    std::size_t left = node.begin, right = 0;
    for (std::size_t i = node.begin; i < node.end; ++i) {
      const int row = rows[i];
      const std::size_t is_right = goes_right_[static_cast<std::size_t>(row)];
      rows[left] = row;
      moved_[right] = row;
      left += 1 - is_right;
      right += is_right;
    }
    std::copy_n(moved_.begin(), right, rows.begin() + static_cast<std::ptrdiff_t>(left));
    return left;
  }

  const TrainingTable& table_;
  const ForestOptions& options_;
  Rng& rng_;
  Forest::Tree tree_;
  std::vector<Growing> grow_;

  std::vector<Row> rows_;                 // of all rows of the table
  std::vector<int> members_;              // rows of the tree; a node's are neighbours here and in sorted_
  std::vector<std::vector<int>> sorted_;  // [feature]: the same rows, each node's by value; empty for a category
  std::vector<unsigned char> goes_right_;
  std::vector<int> moved_;

  std::vector<int> features_;  // in the order in which they are looked at
  int inspected_ = 1;

  std::size_t most_codes_ = 0;
  std::vector<Code> codes_;
  std::vector<int> present_;        // codes of the node, those that go left first
  std::vector<std::size_t> lefts_;  // how many of them may go left
  std::vector<std::uint64_t> set_;  // codes that go right in the best split so far
};

}  // namespace

TrainingTable::TrainingTable(std::span<const Feature> f, std::span<const double> rows, std::span<const double> y)
    : features(f), targets(y), columns(rows.size()), order(f.size()) {
  const std::size_t n = targets.size();
  mean = std::accumulate(targets.begin(), targets.end(), 0.0) / static_cast<double>(n);
  for (std::size_t row = 0; row < n; ++row) {
    for (std::size_t i = 0; i < features.size(); ++i) columns[i * n + row] = rows[row * features.size() + i];
  }
  for (std::size_t i = 0; i < features.size(); ++i) {
    if (features[i].categories > 0) continue;
    const double* values = column(i);
    order[i].resize(n);
    std::iota(order[i].begin(), order[i].end(), 0);
    std::sort(order[i].begin(), order[i].end(),
              [values](int a, int b) { return values[a] < values[b] || (values[a] == values[b] && a < b); });
  }
}

Forest::Tree build_tree(const TrainingTable& table, const ForestOptions& options, std::span<const double> weights,
                        Rng& rng) {
  return TreeBuilder(table, options, weights, rng).build();
}

}  // namespace crescendo
