#include "importance/cell_table.h"

#include <algorithm>
#include <cmath>

#include "crescendo/error.h"

namespace crescendo {
namespace {

// The k-th smallest, linearly between neighbours.
double percentile_of(std::vector<double> losses, double percentile) {
  std::sort(losses.begin(), losses.end());
  const double place = percentile / 100 * static_cast<double>(losses.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, losses.size() - 1);
  return losses[below] + (place - static_cast<double>(below)) * (losses[above] - losses[below]);
}

// Shares do not depend on the unit of the losses, and dividing by a power of two rounds nothing.
double unit_of(const std::vector<double>& finite) {
  constexpr int kSafe = 200;  // binary orders: fourth powers and their sums are numbers
  double largest = 0;
  for (const double loss : finite) largest = std::max(largest, std::abs(loss));
  if (largest == 0) return 1;
  const int order = std::ilogb(largest);
  return std::abs(order) <= kSafe ? 1 : std::ldexp(1.0, order);
}

std::vector<double> usable_losses(const TrialTable& trials, double percentile, double& unit) {
  std::vector<double> finite;
  for (const double loss : trials.losses) {
    if (std::isfinite(loss)) finite.push_back(loss);
  }
  if (finite.empty()) bad_input("importance needs a trial with a loss; none has finished here");
  unit = unit_of(finite);
  const double worst = *std::max_element(finite.begin(), finite.end());
  std::vector<double> losses;
  for (const double loss : trials.losses) losses.push_back((std::isfinite(loss) ? loss : worst) / unit);
  const double most = percentile_of(losses, percentile);
  for (double& loss : losses) loss = std::min(loss, most);
  return losses;
}

bool holds(const Condition& condition, const Parameter& parent, double value) {
  const auto is = [&](const Value& wanted) { return value == internal(parent, wanted); };
  if (condition.comparison == Comparison::kIn) {
    return std::any_of(condition.values.begin(), condition.values.end(), is);
  }
  const double wanted = internal(parent, condition.value);
  switch (condition.comparison) {
    case Comparison::kEqual:
      return value == wanted;
    case Comparison::kNotEqual:
      return value != wanted;
    case Comparison::kLess:
      return value < wanted;
    case Comparison::kLessOrEqual:
      return value <= wanted;
    case Comparison::kGreater:
      return value > wanted;
    default:
      return value >= wanted;
  }
}

Region region_of(const Space& space, std::size_t parameter, const CellTable& table) {
  Region region;
  if (space[parameter].active_when.empty()) return region;
  region.resize(space.size());
  for (const Condition& condition : space[parameter].active_when) {
    const std::size_t parent = *space.find(condition.parameter);
    // Where the parent is active: that stands before, and its own parents' cells are narrowed already.
    if (table.conditional(parent)) {
      for (std::size_t axis = 0; axis < space.size(); ++axis) {
        const std::vector<bool>& above = table.regions[parent][axis];
        if (above.empty()) continue;
        region[axis].resize(above.size(), true);
        for (std::size_t cell = 0; cell < above.size(); ++cell) region[axis][cell] = region[axis][cell] && above[cell];
      }
    }
    const Axis& axis = table.axes[parent];
    region[parent].resize(axis.cells(), true);
    for (std::size_t cell = 0; cell < axis.cells(); ++cell) {
      region[parent][cell] = region[parent][cell] && holds(condition, space[parent], axis.value[cell]);
    }
  }
  return region;
}

}  // namespace

CellTable make_cell_table(const TrialTable& trials, double percentile) {
  const Space& space = trials.space;
  CellTable table;
  table.losses = usable_losses(trials, percentile, table.unit);
  table.weights = trials.weights;
  if (table.weights.empty()) table.weights.assign(trials.losses.size(), 1);
  double sum = 0;
  for (const double weight : table.weights) sum += weight;
  for (double& weight : table.weights) weight *= static_cast<double>(table.rows()) / sum;

  std::vector<double> values(table.rows());
  for (std::size_t axis = 0; axis < space.size(); ++axis) {
    for (std::size_t row = 0; row < table.rows(); ++row) values[row] = trials.points[row].values[axis];
    table.axes.push_back(make_axis(space[axis], values));
    table.regions.push_back(region_of(space, axis, table));
  }
  table.cells.resize(table.rows() * space.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t axis = 0; axis < space.size(); ++axis) {
      table.cells[row * space.size() + axis] = cell_of(table.axes[axis], space[axis], trials.points[row].values[axis]);
    }
  }
  return table;
}

std::vector<Feature> features_of(const CellTable& table) {
  std::vector<Feature> features;
  for (std::size_t axis = 0; axis < table.width(); ++axis) {
    const bool conditional = table.conditional(axis);
    const int codes = static_cast<int>(table.axes[axis].cells()) + (conditional ? 1 : 0);
    features.push_back({table.axes[axis].ordered ? 0 : codes, conditional});
  }
  return features;
}

std::vector<double> coordinates_of(const CellTable& table) {
  constexpr double kAbsent = -1;  // below every coordinate
  std::vector<double> rows;
  rows.reserve(table.cells.size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t i = 0; i < table.width(); ++i) {
      const Axis& axis = table.axes[i];
      const int cell = table.cell(row, i);
      const double absent = axis.ordered ? kAbsent : static_cast<double>(axis.cells());
      rows.push_back(cell == kNoCell ? absent : axis.coordinate[static_cast<std::size_t>(cell)]);
    }
  }
  return rows;
}

double probability(const CellTable& table, const Region& region) {
  double product = 1;
  for (std::size_t axis = 0; axis < region.size(); ++axis) {
    if (region[axis].empty()) continue;
    double sum = 0;
    for (std::size_t cell = 0; cell < region[axis].size(); ++cell) {
      if (region[axis][cell]) sum += table.axes[axis].weight[cell];
    }
    product *= sum;
  }
  return product;
}

CellTable where_active(const CellTable& table, std::size_t wanted) {
  CellTable part;
  part.axes = table.axes;
  const Region& region = table.regions[wanted];
  for (std::size_t axis = 0; axis < table.width(); ++axis) {
    if (region[axis].empty()) continue;
    std::vector<double>& weight = part.axes[axis].weight;
    double sum = 0;
    for (std::size_t cell = 0; cell < weight.size(); ++cell)
      sum += weight[cell] = region[axis][cell] ? weight[cell] : 0;
    for (double& w : weight) w /= sum;
  }
  part.regions.resize(table.width());
  for (std::size_t axis = 0; axis < table.width(); ++axis) {
    // One that is active wherever the wanted one is, is always active here.
    constexpr double kAlways = 1 - 1e-9;
    if (table.conditional(axis) && probability(part, table.regions[axis]) < kAlways)
      part.regions[axis] = table.regions[axis];
  }
  double sum = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (table.cell(row, wanted) == kNoCell) continue;
    for (std::size_t axis = 0; axis < table.width(); ++axis) part.cells.push_back(table.cell(row, axis));
    part.losses.push_back(table.losses[row]);
    part.weights.push_back(table.weights[row]);
    sum += table.weights[row];
  }
  for (double& weight : part.weights) weight *= static_cast<double>(part.rows()) / sum;
  return part;
}

std::optional<std::size_t> only_parent(const CellTable& table, std::size_t axis) {
  std::optional<std::size_t> found;
  for (std::size_t other = 0; other < table.regions[axis].size(); ++other) {
    if (table.regions[axis][other].empty()) continue;
    if (found) return {};
    found = other;
  }
  return found;
}

}  // namespace crescendo
