#include "crescendo/importance.h"

#include <algorithm>
#include <cmath>

#include "importance/cell_table.h"
#include "importance/coverage.h"
#include "importance/decomposition.h"

namespace crescendo {
namespace {

DecompositionOptions decomposition_options(const ImportanceOptions& options) {
  return {usual_forest(options.trees, options.depth), true, options.seed};
}

// A parameter's condition, and its main effect among the trials and in the part of the space in which it is active.
ConditionShare condition_share(const CellTable& table, std::size_t axis, const Decomposition& whole,
                               const ImportanceOptions& options) {
  ConditionShare result{axis, probability(table, table.regions[axis]), {}, {}};
  const CellTable part = where_active(table, axis);
  if (result.probability <= 0 || part.rows() == 0) return result;
  result.condition = whole.condition_share(part.axes, result.probability);
  result.where_active = Decomposition(part, decomposition_options(options)).main_share(axis);
  return result;
}

// Of one row's loss, the one furthest from the mean, in the sum of their squared distances from it.
double largest_part(const std::vector<double>& losses) {
  double mean = 0, all = 0, largest = 0;
  for (const double loss : losses) mean += loss / static_cast<double>(losses.size());
  for (const double loss : losses) {
    const double squared = (loss - mean) * (loss - mean);
    all += squared;
    largest = std::max(largest, squared);
  }
  return all > 0 ? largest / all : 0;
}

void use_unit(double unit, Importance& result) {
  for (Curve& curve : result.curves) {
    for (CurvePoint& point : curve) {
      point.loss *= unit;
      point.std *= unit;
    }
  }
  for (Surface& surface : result.surfaces) {
    for (double& loss : surface.losses) loss *= unit;
    for (double& std : surface.stds) std *= unit;
  }
}

// Those that were asked for, and those of the strongest pairs.
std::vector<std::array<std::size_t, 2>> surfaces_of(const Importance& found, const ImportanceOptions& options) {
  std::vector<PairShare> pairs = found.pairs;
  std::erase_if(pairs, [](const PairShare& pair) { return !(pair.share.share > 0); });
  std::stable_sort(pairs.begin(), pairs.end(),
                   [](const PairShare& a, const PairShare& b) { return a.share.share > b.share.share; });
  pairs.resize(std::min(pairs.size(), options.strongest_surfaces));
  std::vector<std::array<std::size_t, 2>> surfaces = options.surfaces;
  for (const PairShare& pair : pairs) surfaces.push_back({pair.a, pair.b});
  return surfaces;
}

}  // namespace

Importance importance(const TrialTable& trials, const ImportanceOptions& options) {
  const CellTable table = make_cell_table(trials, options.percentile);
  const std::size_t width = table.width();
  Importance result;
  result.trials = static_cast<int>(table.rows());
  result.failed = static_cast<int>(
      std::count_if(trials.losses.begin(), trials.losses.end(), [](double loss) { return !std::isfinite(loss); }));
  result.covered = covered_share(trials);
  result.largest_part = largest_part(table.losses);
  const Decomposition parts(table, decomposition_options(options));
  result.constant = parts.constant();
  for (std::size_t axis = 0; axis < width; ++axis) {
    result.main.push_back(parts.main_share(axis));
    result.curves.push_back(parts.curve(axis));
    if (options.totals) result.total.push_back(parts.total_share(axis));
    if (options.conditions && table.conditional(axis)) {
      result.conditions.push_back(condition_share(table, axis, parts, options));
    }
    for (std::size_t b = axis + 1; options.pairs && b < width; ++b) {
      result.pairs.push_back({axis, b, parts.pair_share(axis, b)});
    }
  }
  for (const auto& triple : options.triples) result.triples.push_back({triple, parts.triple_share(triple)});
  for (const auto& [a, b] : surfaces_of(result, options)) result.surfaces.push_back(parts.surface(a, b));
  use_unit(table.unit, result);
  return result;
}

}  // namespace crescendo
