#include "importance/grid_model.h"

#include <algorithm>

namespace crescendo {
namespace {

double sum_of_products(const double* factors, const double* functions, std::size_t count) {
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) sum += factors[i] * functions[i];
  return sum;
}

std::vector<double> values_of(const SmoothTerm& term, const AxisBasis& basis, std::size_t cells) {
  std::vector<double> values(cells);
  for (std::size_t cell = 0; cell < cells; ++cell) {
    values[cell] = sum_of_products(term.factors.data(), &basis.values[cell * basis.count], basis.count);
  }
  return values;
}

std::vector<double> pair_values(const SmoothTerm& term, const SmoothModel& model, std::size_t cells_a,
                                std::size_t cells_b) {
  const AxisBasis &left = model.paired[*term.left], &right = model.paired[term.right];
  std::vector<double> values;
  values.reserve(cells_a * cells_b);
  std::vector<double> at_a(right.count);
  for (std::size_t a = 0; a < cells_a; ++a) {
    std::fill(at_a.begin(), at_a.end(), 0.0);
    for (std::size_t i = 0; i < left.count; ++i) {
      const double l = left.values[a * left.count + i];
      for (std::size_t j = 0; j < right.count; ++j) at_a[j] += l * term.factors[i * right.count + j];
    }
    for (std::size_t b = 0; b < cells_b; ++b) {
      values.push_back(sum_of_products(at_a.data(), &right.values[b * right.count], right.count));
    }
  }
  return values;
}

// An effect of `term.right` that is there where its parent allows it: on average a main effect, and with the parent an
// interaction, which is what differs from that average.
PairGrid split_by_parent(std::vector<double>& effect, std::size_t parent, std::size_t child, const CellTable& table) {
  const std::vector<bool>& allowed = table.regions[child][parent];
  const double share = probability(table, table.regions[child]);
  PairGrid pair{std::min(parent, child), std::max(parent, child), {}, {}};
  const bool parent_first = parent < child;
  const std::size_t rows = parent_first ? allowed.size() : effect.size();
  const std::size_t columns = parent_first ? effect.size() : allowed.size();
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      const std::size_t at_parent = parent_first ? i : j, at_child = parent_first ? j : i;
      pair.values.push_back(((allowed[at_parent] ? 1 : 0) - share) * effect[at_child]);
    }
  }
  for (double& value : effect) value *= share;
  return pair;
}

void sum_up(PairGrid& pair, const std::vector<double>& weight_a, const std::vector<double>& weight_b) {
  const std::size_t width = weight_b.size() + 1;
  pair.below.assign((weight_a.size() + 1) * width, 0);
  pair.variance = 0;
  for (std::size_t i = 0; i < weight_a.size(); ++i) {
    double row = 0;
    for (std::size_t j = 0; j < weight_b.size(); ++j) {
      const double value = pair.values[i * weight_b.size() + j], weighted = value * weight_a[i] * weight_b[j];
      row += weighted;
      pair.variance += value * weighted;
      pair.below[(i + 1) * width + j + 1] = pair.below[i * width + j + 1] + row;
    }
  }
}

}  // namespace

const PairGrid* GridModel::pair(std::size_t a, std::size_t b) const {
  const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const PairGrid& p) { return p.a == a && p.b == b; });
  return found == pairs.end() ? nullptr : &*found;
}

GridModel make_grids(const SmoothModel& model, const CellTable& table) {
  GridModel grids;
  for (const Axis& axis : table.axes) grids.mains.emplace_back(axis.cells());
  for (const SmoothTerm& term : model.terms) {
    const std::size_t cells = table.axes[term.right].cells();
    if (term.left) {
      grids.pairs.push_back(
          {*term.left, term.right, pair_values(term, model, table.axes[*term.left].cells(), cells), {}});
      continue;
    }
    std::vector<double> effect = values_of(term, model.alone[term.right], cells);
    if (const auto parent = only_parent(table, term.right)) {
      grids.pairs.push_back(split_by_parent(effect, *parent, term.right, table));
    }
    grids.mains[term.right] = std::move(effect);
  }
  for (std::size_t axis = 0; axis < table.width(); ++axis) {
    for (std::size_t cell = 0; cell < table.axes[axis].cells(); ++cell) {
      grids.variance += table.axes[axis].weight[cell] * grids.mains[axis][cell] * grids.mains[axis][cell];
    }
  }
  for (PairGrid& pair : grids.pairs) {
    sum_up(pair, table.axes[pair.a].weight, table.axes[pair.b].weight);
    grids.variance += pair.variance;
  }
  return grids;
}

double product(const TreeBoxes& tree, const PairGrid& pair, std::size_t cells_b) {
  const std::size_t width = cells_b + 1;
  double sum = 0;
  for (std::size_t leaf = 0; leaf < tree.leaves(); ++leaf) {
    const TreeBoxes::Side &a = tree.side(leaf, pair.a), &b = tree.side(leaf, pair.b);
    if (tree.volume[leaf] == 0) continue;
    double inside = 0;
    for (const Run& run_a : tree.runs_of(a)) {
      const double* begin = &pair.below[static_cast<std::size_t>(run_a.begin) * width];
      const double* end = &pair.below[static_cast<std::size_t>(run_a.end) * width];
      for (const Run& run_b : tree.runs_of(b)) {
        inside += end[run_b.end] - end[run_b.begin] - begin[run_b.end] + begin[run_b.begin];
      }
    }
    sum += inside * tree.value[leaf] * tree.volume[leaf] / (a.weight * b.weight);
  }
  return sum;
}

}  // namespace crescendo
