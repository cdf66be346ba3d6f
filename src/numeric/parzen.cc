#include "numeric/parzen.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "crescendo/error.h"
#include "numeric/normal.h"

namespace crescendo {
namespace {

double sigma_of(double steepness) { return 1 / (steepness * std::numbers::sqrt2); }

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

// What the innermost loop reads of a mixture, as plain pointers.
struct NormalColumn {
  const double *mean, *steepness;  // [kernel]
  const double* at;                // [lane]
};
struct TableColumn {
  const std::uint32_t* kind;  // [kernel]
  const double* table;        // [kind][lane]
};
struct Columns {
  std::span<const NormalColumn> normals;
  std::span<const TableColumn> tables;
  const double* log_scale;  // [kernel]
};

// A kernel whose exponent is this far below the prior's on every lane adds nothing that double precision could hold.
constexpr double kNegligible = -50;

// Whether some lane is above the limit. Counts in 64 bits: the vector stays as wide as those it compares.
[[gnu::always_inline]] inline bool any_above(const double* exponents, double limit) {
  std::int64_t above = 0;
  for (int j = 0; j < kLanes; ++j) above |= exponents[j] > limit ? std::int64_t{-1} : 0;
  return above != 0;
}

// Sets `exponents` to the kernel's log density less `offset`. Every term only lowers it, so that far kernels can be
// given up (false) after a part of them.
[[gnu::always_inline]] inline bool exponents_of(const Columns& c, std::size_t kernel, const Lanes& offset, bool give_up,
                                                double* __restrict exponents) {
  for (int j = 0; j < kLanes; ++j) exponents[j] = c.log_scale[kernel] - offset[j];
  int terms = 0;
  for (const NormalColumn& column : c.normals) {
    const double mean = column.mean[kernel], steepness = column.steepness[kernel];
    for (int j = 0; j < kLanes; ++j) {
      const double z = (column.at[j] - mean) * steepness;
      exponents[j] -= z * z;
    }
    if (++terms % 2 == 0 && give_up && !any_above(exponents, kNegligible)) return false;
  }
  for (const TableColumn& column : c.tables) {
    const double* row = column.table + column.kind[kernel] * std::size_t{kLanes};
    for (int j = 0; j < kLanes; ++j) exponents[j] += row[j];
  }
  return any_above(exponents, kNegligible);
}

// Log of the sum over the kernels, of which the last one is the prior.
[[gnu::always_inline]] inline void sum_kernels(const Columns& c, std::size_t kernels, Lanes& offset, Lanes& sum) {
  alignas(64) double exponents[kLanes];
  offset.fill(0);
  sum.fill(1);
  exponents_of(c, kernels - 1, offset, false, exponents);
  for (int j = 0; j < kLanes; ++j) offset[j] = exponents[j];
  for (std::size_t k = 0; k + 1 < kernels; ++k) {
    if (!exponents_of(c, k, offset, true, exponents)) continue;
    // Only where more than a hundred coordinates coincide could the sum leave the range of exp; then its scale moves.
    if (any_above(exponents, 300)) [[unlikely]] {
      for (int j = 0; j < kLanes; ++j) {
        if (exponents[j] <= 300) continue;
        offset[j] += exponents[j];
        sum[j] *= std::exp(-exponents[j]);
        exponents[j] = 0;
      }
    }
    for (int j = 0; j < kLanes; ++j) sum[j] += quick_exp(exponents[j]);
  }
}

// The same operations in the same order for every instruction set, so that a search is the same on every machine: no
// fused multiply-add, which rounds differently.
void sum_kernels_plain(const Columns& c, std::size_t kernels, Lanes& offset, Lanes& sum) {
  sum_kernels(c, kernels, offset, sum);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void sum_kernels_avx2(const Columns& c, std::size_t kernels, Lanes& offset, Lanes& sum) {
  sum_kernels(c, kernels, offset, sum);
}
#endif

}  // namespace

double mass_between(double mean, double sigma, double low, double high) {
  // Nothing in double precision is cut off beyond 8.3 standard deviations.
  if (mean - low > 8.3 * sigma && high - mean > 8.3 * sigma) return 1;
  return normal_mass((low - mean) / sigma, (high - mean) / sigma);
}

double forgetting_weight(std::size_t i, std::size_t n, std::size_t keep) {
  if (i + keep >= n) return 1;
  const std::size_t old = n - keep;
  const double first = 1.0 / static_cast<double>(n);
  return old == 1 ? first : first + (1 - first) * static_cast<double>(i) / static_cast<double>(old - 1);
}

std::vector<double> forgetting_weights(std::size_t n, std::size_t keep) {
  std::vector<double> weights(n);
  for (std::size_t i = 0; i < n; ++i) weights[i] = forgetting_weight(i, n, keep);
  return weights;
}

double neighbour_bandwidth(std::optional<double> left, double at, std::optional<double> right, std::size_t n,
                           const ParzenRule& rule) {
  constexpr double kPriorMean = 0.5;
  const double lowest = 1 / std::min(rule.clip, 2 + static_cast<double>(n));
  if (rule.prior_is_neighbour) {
    if (n == 1) return 0.5;  // hyperopt's special case: half of the range, whatever the distance to the prior
    if (at >= kPriorMean) {
      if (!left || *left < kPriorMean) left = kPriorMean;
    } else if (!right || *right >= kPriorMean) {
      right = kPriorMean;
    }
  } else if (rule.consider_endpoints || n == 1) {
    if (!left) left = 0;
    if (!right) right = 1;
  }
  return std::clamp(std::max(left ? at - *left : 0, right ? *right - at : 0), lowest, 1.0);
}

std::vector<double> neighbour_bandwidths(std::span<const double> ascending, const ParzenRule& rule) {
  const std::size_t n = ascending.size();
  std::vector<double> result(n);
  for (std::size_t i = 0; i < n; ++i) {
    const auto left = i > 0 ? std::optional(ascending[i - 1]) : std::nullopt;
    const auto right = i + 1 < n ? std::optional(ascending[i + 1]) : std::nullopt;
    result[i] = neighbour_bandwidth(left, ascending[i], right, n, rule);
  }
  return result;
}

ChoiceProbability::ChoiceProbability(std::size_t n, int count, const ParzenRule& rule) {
  const double others = rule.pooled_choices ? 0 : rule.prior_weight / static_cast<double>(n + 1);
  const double total = 1 + others * count;
  same = (1 + others) / total;
  other = others / total;
}

static std::vector<double> bandwidths_of(std::span<const Observed> observed, const ParzenRule& rule) {
  std::vector<double> ascending(observed.size());
  for (std::size_t i = 0; i < observed.size(); ++i) ascending[i] = observed[i].at;
  return neighbour_bandwidths(ascending, rule);
}

ProductMixture::ProductMixture(std::span<const Axis> axes, const Observe& observe, std::span<const double> weights,
                               const ParzenRule& rule)
    : axes_(axes), columns_(axes.size()), weights_(weights.begin(), weights.end()) {
  check(!axes.empty(), "a mixture has an axis");
  const bool pooled = rule.pooled_choices && axes.size() == 1 && axes[0].kind == Axis::Kind::kChoices;
  weights_.push_back(weights.empty() ? 1 : rule.prior_weight * (pooled ? axes[0].choices : 1));
  double total = 0;
  for (const double weight : weights_) total += weight;
  check(total > 0, "some kernel of a mixture has a weight");
  for (double& weight : weights_) weight /= total;

  log_scale_.assign(weights_.size(), 0);
  std::vector<double> factors(weights_);
  const auto fold = [&] {
    for (std::size_t k = 0; k < factors.size(); ++k) {
      log_scale_[k] += std::log(std::max(factors[k], kLowestProbability));
      factors[k] = 1;
    }
  };
  int multiplied = 0;  // factors since the last logarithm; each lies between 0.4 and clip
  std::vector<Observed> observed;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    observed.clear();
    observe(axis, observed);
    check(observed.size() + 1 == weights_.size(), "every kernel but the prior has an observation on every axis");
    switch (axes[axis].kind) {
      case Axis::Kind::kContinuous:
        fit_normals(axis, observed, rule, factors);
        if (++multiplied % 16 == 0) fold();
        break;
      case Axis::Kind::kCells:
        fit_cells(axis, observed, rule);
        break;
      case Axis::Kind::kChoices:
        fit_choices(axis, observed, rule);
        break;
    }
  }
  fold();
}

// Multiplies `factors` by the kernels' densities at their means.
void ProductMixture::fit_normals(std::size_t axis, std::span<const Observed> observed, const ParzenRule& rule,
                                 std::vector<double>& factors) {
  Column& column = columns_[axis];
  const std::vector<double> bandwidths = bandwidths_of(observed, rule);
  std::vector<double> steepness(observed.size());
  for (std::size_t i = 0; i < steepness.size(); ++i) steepness[i] = 1 / (bandwidths[i] * std::numbers::sqrt2);
  column.mean.resize(observed.size() + 1);
  column.steepness.resize(observed.size() + 1);
  const auto set = [&](std::size_t kernel, double mean, double sigma, double steep) {
    column.mean[kernel] = mean;
    column.steepness[kernel] = steep;
    const double mass = mass_between(mean, sigma, 0, 1);
    factors[kernel] *= steep * (mass == 1 ? std::numbers::inv_sqrtpi : std::numbers::inv_sqrtpi / mass);
  };
  for (std::size_t i = 0; i < observed.size(); ++i) {
    set(observed[i].kernel, observed[i].at, bandwidths[i], steepness[i]);
  }
  set(observed.size(), 0.5, 1, 1 / std::numbers::sqrt2);
}

void ProductMixture::fit_cells(std::size_t axis, std::span<const Observed> observed, const ParzenRule& rule) {
  Column& column = columns_[axis];
  const std::vector<double> bandwidths = bandwidths_of(observed, rule);
  const std::size_t prior = observed.size();
  // Equal observations have at most a few bandwidths: the inner ones of a run the lowest, its ends those to the next
  // run.
  column.kind.resize(prior + 1);
  std::size_t run = 0;  // first kind of the run
  for (std::size_t i = 0; i < observed.size(); ++i) {
    if (i > 0 && observed[i].at != observed[i - 1].at) run = column.mean.size();
    std::size_t kind = run;
    while (kind < column.mean.size() && column.sigma[kind] != bandwidths[i]) ++kind;
    if (kind == column.mean.size()) {
      column.mean.push_back(observed[i].at);
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
  const ChoiceProbability probability(observed.size(), axes_[axis].choices, rule);
  column.probability.assign((count + 1) * count, probability.other);
  for (std::size_t c = 0; c < count; ++c) {
    column.probability[c * count + c] = probability.same;
    column.probability[count * count + c] = 1 / static_cast<double>(count);
  }
}

double ProductMixture::probability(std::size_t axis, std::size_t kind, int position) const {
  const Column& column = columns_[axis];
  if (axes_[axis].kind == Axis::Kind::kChoices) {
    return column
        .probability[kind * static_cast<std::size_t>(axes_[axis].choices) + static_cast<std::size_t>(position)];
  }
  const std::vector<double>& edges = axes_[axis].edges;
  const double mean = column.mean[kind], sigma = column.sigma[kind];
  const auto cell = static_cast<std::size_t>(position);
  return normal_mass((edges[cell] - mean) / sigma, (edges[cell + 1] - mean) / sigma) / mass_between(mean, sigma, 0, 1);
}

// What each kind adds to the exponents: [kind][lane].
std::vector<double> ProductMixture::lane_table(std::size_t axis, const LanePoints& points) const {
  const auto& positions = points.position[axis];
  const Column& column = columns_[axis];
  const std::size_t kinds =
      axes_[axis].kind == Axis::Kind::kChoices ? static_cast<std::size_t>(axes_[axis].choices) + 1 : column.mean.size();
  std::vector<double> table(kinds * kLanes);
  std::array<int, kLanes> first;  // the lane that has the same position
  for (int j = 0; j < kLanes; ++j) {
    first[j] = static_cast<int>(std::find(positions.begin(), positions.end(), positions[j]) - positions.begin());
  }
  for (std::size_t kind = 0; kind < kinds; ++kind) {
    double* row = &table[kind * kLanes];
    for (int j = 0; j < kLanes; ++j) {
      row[j] =
          first[j] < j ? row[first[j]] : std::log(std::max(kLowestProbability, probability(axis, kind, positions[j])));
    }
  }
  return table;
}

void ProductMixture::log_density(const LanePoints& points, std::array<double, kLanes>& result,
                                 [[maybe_unused]] bool plain) const {
  std::vector<std::vector<double>> tables;
  std::vector<NormalColumn> normals;
  std::vector<TableColumn> discrete;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    const Column& column = columns_[axis];
    if (axes_[axis].kind == Axis::Kind::kContinuous) {
      normals.push_back({column.mean.data(), column.steepness.data(), points.at[axis].data()});
    } else {
      tables.push_back(lane_table(axis, points));
      discrete.push_back({column.kind.data(), tables.back().data()});
    }
  }
  Lanes offset, sum;
  auto* sum_up = &sum_kernels_plain;
#if defined(__x86_64__)
  if (!plain && __builtin_cpu_supports("avx2")) sum_up = &sum_kernels_avx2;
#endif
  sum_up({normals, discrete, log_scale_.data()}, weights_.size(), offset, sum);
  for (int j = 0; j < kLanes; ++j) result[j] = offset[j] + std::log(sum[j]);
}

// Share of a kernel's coordinate that lies in the range.
double ProductMixture::mass_within(std::size_t axis, std::size_t kernel, const AxisRange& range) const {
  const Column& column = columns_[axis];
  if (axes_[axis].kind == Axis::Kind::kContinuous) {
    if (range.low <= 0 && range.high >= 1) return 1;
    const double mean = column.mean[kernel], sigma = sigma_of(column.steepness[kernel]);
    return mass_between(mean, sigma, range.low, range.high) / mass_between(mean, sigma, 0, 1);
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
        truncated_normal_quantile(column.mean[kernel], sigma_of(column.steepness[kernel]), range.low, range.high, u);
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
  for (const int position : allowed) masses.push_back(std::max(kLowestProbability, probability(axis, kind, position)));
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
