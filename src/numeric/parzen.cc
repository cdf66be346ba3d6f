#include "numeric/parzen.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "crescendo/error.h"
#include "numeric/normal.h"

namespace crescendo {
namespace {

constexpr double kLowest = 1e-300;  // stands for a probability of 0, whose logarithm could not be added up
constexpr std::size_t kBlock = 32;  // kernels whose exponents lie in the first-level cache together

double truncation_mass(double mean, double sigma, double low, double high) {
  // Nothing in double precision is cut off beyond 8.3 standard deviations.
  if (mean - low > 8.3 * sigma && high - mean > 8.3 * sigma) return 1;
  return normal_mass((low - mean) / sigma, (high - mean) / sigma);
}

// The position that the share u of a discrete distribution, given by its masses, falls on.
std::size_t pick(std::span<const double> masses, double u) {
  double total = 0;
  for (const double mass : masses) total += mass;
  double left = u * total;
  for (std::size_t i = 0; i + 1 < masses.size(); ++i) {
    left -= masses[i];
    if (left < 0) return i;
  }
  return masses.size() - 1;
}

using Lanes = std::array<double, kLanes>;

// sum += exp(exponents - largest), with `largest` raised first where a row of the block is above it.
void add_exponents(std::span<const Lanes> exponents, Lanes& largest, Lanes& sum) {
  Lanes top = largest;
  for (const Lanes& row : exponents) {
    for (int j = 0; j < kLanes; ++j) top[j] = row[j] > top[j] ? row[j] : top[j];
  }
  for (int j = 0; j < kLanes; ++j) sum[j] *= quick_exp(largest[j] - top[j]);
  largest = top;
  for (const Lanes& row : exponents) {
    for (int j = 0; j < kLanes; ++j) sum[j] += quick_exp(row[j] - top[j]);
  }
}

}  // namespace

std::vector<double> forgetting_weights(std::size_t n, std::size_t keep) {
  std::vector<double> weights(n, 1);
  if (n <= keep) return weights;
  const std::size_t old = n - keep;
  const double first = 1.0 / static_cast<double>(n);
  for (std::size_t i = 0; i < old; ++i) {
    weights[i] = old == 1 ? first : first + (1 - first) * static_cast<double>(i) / static_cast<double>(old - 1);
  }
  return weights;
}

std::vector<double> neighbour_bandwidths(std::span<const double> ascending, const ParzenRule& rule) {
  constexpr double kPriorMean = 0.5;
  const std::size_t n = ascending.size();
  std::vector<double> result(n);
  const auto before_prior = static_cast<std::size_t>(
      std::lower_bound(ascending.begin(), ascending.end(), kPriorMean) - ascending.begin());
  const double lowest = 1 / std::min(rule.clip, 2 + static_cast<double>(n));
  for (std::size_t i = 0; i < n; ++i) {
    const double at = ascending[i];
    double left = i > 0 ? at - ascending[i - 1] : -1, right = i + 1 < n ? ascending[i + 1] - at : -1;
    if (rule.prior_is_neighbour) {
      if (i == before_prior) left = at - kPriorMean;
      if (i + 1 == before_prior) right = kPriorMean - at;
      if (n == 1) left = 0.5;  // hyperopt's special case: half of the range, whatever the distance to the prior
    } else if (rule.consider_endpoints || n == 1) {
      if (i == 0) left = at;
      if (i + 1 == n) right = 1 - at;
    }
    result[i] = std::clamp(std::max(left, right), lowest, 1.0);
  }
  return result;
}

ProductMixture::ProductMixture(std::span<const Axis> axes, const std::vector<std::vector<Observed>>& observed,
                               std::span<const double> weights, const ParzenRule& rule)
    : axes_(axes), columns_(axes.size()), weights_(weights.begin(), weights.end()) {
  check(!axes.empty() && observed.size() == axes.size(), "a mixture is given the observations of every axis");
  const bool pooled = rule.pooled_choices && axes.size() == 1 && axes[0].kind == Axis::Kind::kChoices;
  weights_.push_back(weights.empty() ? 1 : rule.prior_weight * (pooled ? axes[0].choices : 1));
  double total = 0;
  for (const double weight : weights_) total += weight;
  check(total > 0, "some kernel of a mixture has a weight");
  for (double& weight : weights_) weight /= total;

  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    check(observed[axis].size() + 1 == weights_.size(), "every kernel but the prior has an observation on every axis");
    if (axes[axis].kind == Axis::Kind::kChoices) {
      fit_choices(axis, observed[axis], rule);
    } else {
      fit_normals(axis, observed[axis], rule);
    }
  }

  log_scale_.resize(weights_.size());
  for (std::size_t k = 0; k < weights_.size(); ++k) log_scale_[k] = std::max(weights_[k], kLowest);
  int folded = 0;  // factors multiplied up since the last logarithm; each lies between 0.4 and clip
  std::vector<double> logs(weights_.size());
  const auto fold = [&] {
    for (std::size_t k = 0; k < logs.size(); ++k) {
      logs[k] += std::log(log_scale_[k]);
      log_scale_[k] = 1;
    }
    folded = 0;
  };
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (axes[axis].kind != Axis::Kind::kContinuous) continue;
    const Column& column = columns_[axis];
    for (std::size_t k = 0; k < weights_.size(); ++k) {
      // 1 / (sigma sqrt(2 pi) Z), and steepness is 1 / (sigma sqrt(2)).
      log_scale_[k] *= column.steepness[k] * (std::numbers::inv_sqrtpi / truncation_mass(column.mean[k],
                                                                                        column.sigma[k], 0, 1));
    }
    if (++folded == 16) fold();
  }
  fold();
  log_scale_ = std::move(logs);
}

void ProductMixture::fit_normals(std::size_t axis, std::span<const Observed> observed, const ParzenRule& rule) {
  Column& column = columns_[axis];
  std::vector<double> ascending(observed.size());
  for (std::size_t i = 0; i < observed.size(); ++i) ascending[i] = observed[i].at;
  const std::vector<double> bandwidths = neighbour_bandwidths(ascending, rule);
  const std::size_t prior = observed.size();
  if (axes_[axis].kind == Axis::Kind::kContinuous) {
    column.mean.resize(prior + 1, 0.5);
    column.sigma.resize(prior + 1, 1.0);
    column.steepness.resize(prior + 1, 1 / std::numbers::sqrt2);
    for (std::size_t i = 0; i < observed.size(); ++i) {
      const std::uint32_t kernel = observed[i].kernel;
      column.mean[kernel] = ascending[i];
      column.sigma[kernel] = bandwidths[i];
      column.steepness[kernel] = 1 / (bandwidths[i] * std::numbers::sqrt2);
    }
    return;
  }
  // Equal observations have at most a few bandwidths: the inner ones of a run the lowest, its ends those to the next run.
  column.kind.resize(prior + 1);
  std::size_t run = 0;  // first kind of the run
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (i > 0 && ascending[i] != ascending[i - 1]) run = column.mean.size();
    std::size_t kind = run;
    while (kind < column.mean.size() && column.sigma[kind] != bandwidths[i]) ++kind;
    if (kind == column.mean.size()) {
      column.mean.push_back(ascending[i]);
      column.sigma.push_back(bandwidths[i]);
    }
    column.kind[observed[i].kernel] = static_cast<std::uint32_t>(kind);
  }
  column.kind[prior] = static_cast<std::uint32_t>(column.mean.size());
  column.mean.push_back(0.5);
  column.sigma.push_back(1);
}

void ProductMixture::fit_choices(std::size_t axis, std::span<const Observed> observed, const ParzenRule& rule) {
  // Kind c: a kernel that saw choice c. The last one: the prior.
  const auto count = static_cast<std::size_t>(axes_[axis].choices);
  Column& column = columns_[axis];
  column.kind.resize(observed.size() + 1, static_cast<std::uint32_t>(count));
  for (const Observed& o : observed) column.kind[o.kernel] = static_cast<std::uint32_t>(o.at);
  const double others = rule.pooled_choices ? 0 : rule.prior_weight / static_cast<double>(observed.size() + 1);
  const double total = 1 + others * static_cast<double>(count);
  column.probability.assign((count + 1) * count, others / total);
  for (std::size_t c = 0; c < count; ++c) {
    column.probability[c * count + c] = (1 + others) / total;
    column.probability[count * count + c] = 1 / static_cast<double>(count);
  }
}

double ProductMixture::probability(std::size_t axis, std::size_t kind, int position) const {
  const Column& column = columns_[axis];
  if (axes_[axis].kind == Axis::Kind::kChoices) {
    return column.probability[kind * static_cast<std::size_t>(axes_[axis].choices) + static_cast<std::size_t>(position)];
  }
  const std::vector<double>& edges = axes_[axis].edges;
  const double mean = column.mean[kind], sigma = column.sigma[kind];
  const auto cell = static_cast<std::size_t>(position);
  return normal_mass((edges[cell] - mean) / sigma, (edges[cell + 1] - mean) / sigma) /
         truncation_mass(mean, sigma, 0, 1);
}

// What each kind adds to the exponents: [kind][lane].
std::vector<double> ProductMixture::lane_table(std::size_t axis, const LanePoints& points) const {
  const auto& positions = points.position[axis];
  const Column& column = columns_[axis];
  const std::size_t kinds = axes_[axis].kind == Axis::Kind::kChoices
                                ? static_cast<std::size_t>(axes_[axis].choices) + 1
                                : column.mean.size();
  std::vector<double> table(kinds * kLanes);
  std::array<int, kLanes> first;  // the lane that has the same position
  for (int j = 0; j < kLanes; ++j) {
    first[j] = static_cast<int>(std::find(positions.begin(), positions.end(), positions[j]) - positions.begin());
  }
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    double* row = &table[kind * kLanes];
    for (int j = 0; j < kLanes; ++j) {
      row[j] = first[j] < j ? row[first[j]] : std::log(std::max(kLowest, probability(axis, kind, positions[j])));
    }
  }
  return table;
}

void ProductMixture::log_density(const LanePoints& points, std::array<double, kLanes>& result) const {
  std::vector<std::vector<double>> tables(axes_.size());
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    if (axes_[axis].kind != Axis::Kind::kContinuous) tables[axis] = lane_table(axis, points);
  }
  std::array<Lanes, kBlock> exponents;
  Lanes largest, sum{};
  largest.fill(-1e300);
  for (std::size_t begin = 0; begin < weights_.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, weights_.size() - begin);
    for (std::size_t k = 0; k < count; ++k) exponents[k].fill(log_scale_[begin + k]);
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
      const Column& column = columns_[axis];
      if (axes_[axis].kind == Axis::Kind::kContinuous) {
        const Lanes at = points.at[axis];
        for (std::size_t k = 0; k < count; ++k) {
          const double mean = column.mean[begin + k], steepness = column.steepness[begin + k];
          for (int j = 0; j < kLanes; ++j) {
            const double z = (at[j] - mean) * steepness;
            exponents[k][j] -= z * z;
          }
        }
      } else {
        for (std::size_t k = 0; k < count; ++k) {
          const double* row = &tables[axis][column.kind[begin + k] * std::size_t{kLanes}];
          for (int j = 0; j < kLanes; ++j) exponents[k][j] += row[j];
        }
      }
    }
    add_exponents({exponents.data(), count}, largest, sum);
  }
  for (int j = 0; j < kLanes; ++j) result[j] = largest[j] + std::log(sum[j]);
}

// Share of a kernel's coordinate that lies in the range.
double ProductMixture::mass_within(std::size_t axis, std::size_t kernel, const AxisRange& range) const {
  const Column& column = columns_[axis];
  if (axes_[axis].kind == Axis::Kind::kContinuous) {
    if (range.low <= 0 && range.high >= 1) return 1;
    const double mean = column.mean[kernel], sigma = column.sigma[kernel];
    return truncation_mass(mean, sigma, range.low, range.high) / truncation_mass(mean, sigma, 0, 1);
  }
  if (static_cast<int>(range.positions.size()) == axes_[axis].positions()) return 1;
  double mass = 0;
  for (const int position : range.positions) mass += probability(axis, column.kind[kernel], position);
  return mass;
}

void ProductMixture::draw_axis(std::size_t axis, std::size_t kernel, const AxisRange& range, Rng& rng,
                               LanePoints& points, std::size_t lane) const {
  const Column& column = columns_[axis];
  const double u = rng.uniform();
  if (axes_[axis].kind == Axis::Kind::kContinuous) {
    points.at[axis][lane] =
        truncated_normal_quantile(column.mean[kernel], column.sigma[kernel], range.low, range.high, u);
    return;
  }
  const std::uint32_t kind = column.kind[kernel];
  const std::vector<int>& allowed = range.positions;
  const bool contiguous = allowed.back() - allowed.front() + 1 == static_cast<int>(allowed.size());
  if (axes_[axis].kind == Axis::Kind::kCells && contiguous) {
    const std::vector<double>& edges = axes_[axis].edges;
    const double at = truncated_normal_quantile(column.mean[kind], column.sigma[kind],
                                                edges[static_cast<std::size_t>(allowed.front())],
                                                edges[static_cast<std::size_t>(allowed.back()) + 1], u);
    const auto above = std::upper_bound(edges.begin(), edges.end(), at) - edges.begin();
    points.position[axis][lane] = std::clamp(static_cast<int>(above) - 1, allowed.front(), allowed.back());
    return;
  }
  std::vector<double> masses;
  for (const int position : allowed) masses.push_back(std::max(kLowest, probability(axis, kind, position)));
  points.position[axis][lane] = allowed[pick(masses, u)];
}

void ProductMixture::draw(std::span<const AxisRange> ranges, Rng& rng, LanePoints& points) const {
  std::vector<double> within(weights_);
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    for (std::size_t k = 0; k < within.size(); ++k) within[k] *= mass_within(axis, k, ranges[axis]);
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::size_t kernel = pick(within, rng.uniform());
    for (std::size_t axis = 0; axis < axes_.size(); ++axis) draw_axis(axis, kernel, ranges[axis], rng, points, lane);
  }
}

}  // namespace crescendo
