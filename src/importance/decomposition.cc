#include "importance/decomposition.h"

#include <algorithm>
#include <cmath>

#include "crescendo/rng.h"

namespace crescendo {
namespace {

bool all_alike(const std::vector<double>& weights) {
  return std::all_of(weights.begin(), weights.end(), [&](double weight) { return weight == weights.front(); });
}

// Leaves of single trials know no weights, so each tree of weighted trials learns from draws in proportion to them.
std::vector<Forest> fit_to_draws(const CellTable& table, std::span<const double> residuals,
                                 const DecompositionOptions& options) {
  std::vector<double> below = {0};
  for (const double weight : table.weights) below.push_back(below.back() + weight);
  const std::vector<double> rows = coordinates_of(table);
  ForestOptions forest = options.forest;
  forest.trees = 1;
  std::vector<Forest> forests;
  for (int tree = 0; tree < options.forest.trees; ++tree) {
    Rng rng(options.seed, {static_cast<std::uint64_t>(tree)});
    std::vector<double> drawn, targets;
    for (std::size_t draw = 0; draw < table.rows(); ++draw) {
      const auto above = std::upper_bound(below.begin() + 1, below.end() - 1, rng.uniform() * below.back());
      const auto row = above - below.begin() - 1;
      const auto first = rows.begin() + row * std::ssize(table.axes);
      drawn.insert(drawn.end(), first, first + std::ssize(table.axes));
      targets.push_back(residuals[static_cast<std::size_t>(row)]);
    }
    forests.emplace_back(features_of(table), drawn, targets, forest, rng.next());
  }
  return forests;
}

std::vector<Forest> fit_forests(const CellTable& table, std::span<const double> residuals,
                                const DecompositionOptions& options) {
  if (!all_alike(table.weights)) return fit_to_draws(table, residuals, options);
  return {Forest(features_of(table), coordinates_of(table), residuals, options.forest, options.seed)};
}

double weighted_squares(std::span<const double> values, const std::vector<double>& weights) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += weights[i] * values[i] * values[i];
  return sum;
}

double weighted_squares(std::span<const double> values, const Axis& a, const Axis& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.cells(); ++i) {
    sum += a.weight[i] * weighted_squares(values.subspan(i * b.cells(), b.cells()), b.weight);
  }
  return sum;
}

double mean_of(std::span<const double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double std_of(std::span<const double> values) {
  const double mean = mean_of(values);
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size()));
}

}  // namespace

ForestOptions usual_forest(int trees, int depth) {
  ForestOptions forest;
  forest.trees = trees;
  forest.depth = depth;
  forest.bootstrap = false;
  forest.features_per_split = 1.0 / 3;
  return forest;
}

Decomposition::Decomposition(const CellTable& table, const DecompositionOptions& options) : table_(table) {
  const SmoothModel smooth = options.smooth ? fit_smooth(table) : no_smooth(table);
  smooth_ = make_grids(smooth, table);
  mean_mains_ = smooth_.mains;
  for (const Forest& forest : fit_forests(table, smooth.residuals, options)) {
    for (int tree = 0; tree < forest.trees(); ++tree) {
      take_apart(boxes_of(forest.tree(tree), table.axes), 1.0 / options.forest.trees);
    }
  }
  variance_ = mean_of(variances_);
  level_ = smooth.level + mean_of(means_);
  // What rounding leaves of equal losses is no variance.
  constexpr double kRounding = 1e-24;
  if (variance_ <= kRounding * level_ * level_) variance_ = 0;
}

void Decomposition::take_apart(TreeBoxes tree, double share_of_mean) {
  const double middle = mean(tree);
  double together = smooth_.variance + variance(tree);
  std::vector<std::vector<double>> mains;
  for (std::size_t axis = 0; axis < table_.width(); ++axis) {
    const Axis& a = table_.axes[axis];
    std::vector<double> main(a.cells());
    add_marginal(tree, axis, main);
    for (std::size_t cell = 0; cell < a.cells(); ++cell) {
      main[cell] -= middle;
      together += 2 * a.weight[cell] * main[cell] * smooth_.mains[axis][cell];
      mean_mains_[axis][cell] += share_of_mean * main[cell];
    }
    mains.push_back(std::move(main));
  }
  std::vector<double> products;
  for (const PairGrid& pair : smooth_.pairs) {
    products.push_back(product(tree, pair, table_.axes[pair.b].cells()));
    together += 2 * products.back();
  }
  means_.push_back(middle);
  mains_.push_back(std::move(mains));
  pair_products_.push_back(std::move(products));
  variances_.push_back(together);
  trees_.push_back(std::move(tree));
}

Share Decomposition::share(double part, std::span<const double> of_models) const {
  if (constant()) return {};
  std::vector<double> shares;
  for (std::size_t tree = 0; tree < of_models.size(); ++tree) {
    shares.push_back(variances_[tree] > 0 ? of_models[tree] / variances_[tree] : 0);
  }
  return {std::clamp(part / variance_, 0.0, 1.0), std_of(shares)};
}

Share Decomposition::main_share(std::size_t axis) const {
  const Axis& a = table_.axes[axis];
  std::vector<double> parts, effect(a.cells());
  for (const auto& mains : mains_) {
    for (std::size_t cell = 0; cell < a.cells(); ++cell) effect[cell] = smooth_.mains[axis][cell] + mains[axis][cell];
    parts.push_back(weighted_squares(effect, a.weight));
  }
  return share(weighted_squares(mean_mains_[axis], a.weight), parts);
}

// Of one model: the tree's marginal over both, without what one of them says alone, and the smooth part's pair.
std::vector<double> Decomposition::pair_effect(std::size_t a, std::size_t b, std::size_t tree) const {
  const std::size_t cells_a = table_.axes[a].cells(), cells_b = table_.axes[b].cells();
  const PairGrid* smooth = smooth_.pair(a, b);
  std::vector<double> effect = smooth ? smooth->values : std::vector<double>(cells_a * cells_b);
  add_marginal(trees_[tree], a, b, effect, cells_b);
  for (std::size_t i = 0; i < cells_a; ++i) {
    const double at_a = means_[tree] + mains_[tree][a][i];
    for (std::size_t j = 0; j < cells_b; ++j) effect[i * cells_b + j] -= at_a + mains_[tree][b][j];
  }
  return effect;
}

Share Decomposition::pair_share(std::size_t a, std::size_t b) const {
  const Axis &axis_a = table_.axes[a], &axis_b = table_.axes[b];
  std::vector<double> parts, mean(axis_a.cells() * axis_b.cells());
  const double trees = static_cast<double>(trees_.size());
  for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
    const std::vector<double> effect = pair_effect(a, b, tree);
    for (std::size_t i = 0; i < mean.size(); ++i) mean[i] += effect[i] / trees;
    parts.push_back(weighted_squares(effect, axis_a, axis_b));
  }
  return share(weighted_squares(mean, axis_a, axis_b), parts);
}

Share Decomposition::total_share(std::size_t axis) const {
  const Axis& a = table_.axes[axis];
  std::vector<bool> others(table_.width(), true);
  others[axis] = false;
  std::vector<double> parts;
  for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
    double total = variance(trees_[tree]) - marginal_variance(trees_[tree], table_.axes, others);
    for (std::size_t cell = 0; cell < a.cells(); ++cell) {
      const double smooth = smooth_.mains[axis][cell];
      total += a.weight[cell] * smooth * (smooth + 2 * mains_[tree][axis][cell]);
    }
    for (std::size_t i = 0; i < smooth_.pairs.size(); ++i) {
      const PairGrid& pair = smooth_.pairs[i];
      if (pair.a == axis || pair.b == axis) total += pair.variance + 2 * pair_products_[tree][i];
    }
    parts.push_back(total);
  }
  return share(mean_of(parts), parts);
}

// By inclusion and exclusion of the variances of a tree's marginals; the smooth part has no triples.
Share Decomposition::triple_share(const std::array<std::size_t, 3>& parameters) const {
  std::vector<double> parts;
  for (const TreeBoxes& tree : trees_) {
    double part = 0;
    for (int subset = 1; subset < 8; ++subset) {
      std::vector<bool> kept(table_.width());
      int size = 0;
      for (int i = 0; i < 3; ++i) {
        if ((subset >> i & 1) == 0) continue;
        kept[parameters[static_cast<std::size_t>(i)]] = true;
        ++size;
      }
      part += (size % 2 == 1 ? 1 : -1) * marginal_variance(tree, table_.axes, kept);
    }
    parts.push_back(part);
  }
  return share(mean_of(parts), parts);
}

Share Decomposition::condition_share(std::span<const Axis> part, double probability) const {
  if (probability >= 1) return {};
  // The variance of a mean that is one thing inside and another outside, from how far inside lies from the whole.
  const auto variance = [&](double distance) { return distance * distance * probability / (1 - probability); };
  const double smooth = smooth_mean(part);
  std::vector<double> distances, parts;
  for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
    distances.push_back(smooth + mean_in(trees_[tree], part) - means_[tree]);
    parts.push_back(variance(distances.back()));
  }
  return share(variance(mean_of(distances)), parts);
}

double Decomposition::smooth_mean(std::span<const Axis> part) const {
  double sum = 0;
  for (std::size_t axis = 0; axis < part.size(); ++axis) {
    for (std::size_t cell = 0; cell < part[axis].cells(); ++cell) {
      sum += part[axis].weight[cell] * smooth_.mains[axis][cell];
    }
  }
  for (const PairGrid& pair : smooth_.pairs) {
    const Axis &a = part[pair.a], &b = part[pair.b];
    for (std::size_t i = 0; i < pair.values.size(); ++i) {
      sum += a.weight[i / b.cells()] * b.weight[i % b.cells()] * pair.values[i];
    }
  }
  return sum;
}

Curve Decomposition::curve(std::size_t axis) const {
  const Axis& a = table_.axes[axis];
  Curve curve;
  for (std::size_t cell = 0; cell < a.cells(); ++cell) {
    std::vector<double> of_trees;
    for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
      of_trees.push_back(means_[tree] + mains_[tree][axis][cell]);
    }
    curve.push_back({a.value[cell], a.weight[cell], level_ + mean_mains_[axis][cell], std_of(of_trees)});
  }
  return curve;
}

Surface Decomposition::surface(std::size_t a, std::size_t b) const {
  Surface surface{a, b, table_.axes[a].value, table_.axes[b].value, {}, {}};
  const std::size_t cells_b = surface.values_b.size(), size = surface.values_a.size() * cells_b;
  std::vector<std::vector<double>> of_cells(size);
  for (std::size_t tree = 0; tree < trees_.size(); ++tree) {
    const std::vector<double> effect = pair_effect(a, b, tree);
    for (std::size_t i = 0; i < size; ++i) {
      of_cells[i].push_back(means_[tree] + effect[i] + mains_[tree][a][i / cells_b] + mains_[tree][b][i % cells_b]);
    }
  }
  const double level = level_ - mean_of(means_);
  for (std::size_t i = 0; i < size; ++i) {
    surface.losses.push_back(level + smooth_.mains[a][i / cells_b] + smooth_.mains[b][i % cells_b] +
                             mean_of(of_cells[i]));
    surface.stds.push_back(std_of(of_cells[i]));
  }
  return surface;
}

}  // namespace crescendo
