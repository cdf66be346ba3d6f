#include "numeric/growing_mixture.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numbers>

#include "crescendo/error.h"
#include "numeric/kernel_sum.h"
#include "numeric/normal.h"

namespace crescendo {
namespace {

// More than this many that come at once are sorted, not inserted one by one.
constexpr std::size_t kFew = 8;

// A product of so many factors, each between 0.4 and clip, stays in the range of a double.
constexpr std::size_t kFactorsOfALog = 16;

// Kernels after which is asked whether the density is high enough. The last ones, which are the newest and like the
// points that are drawn now, come first.
constexpr std::size_t kBlock = 128;

// A kernel whose exponent is this far below the prior's adds less than half of the last bit to a sum in which the prior
// is, so it makes no difference whether it is left out.
constexpr double kNegligible = -38;

using Lanes = std::array<double, kBatch>;

double log_of_cell(const Axis& axis, double mean, double sigma, std::size_t cell) {
  const double mass = normal_mass((axis.edges[cell] - mean) / sigma, (axis.edges[cell + 1] - mean) / sigma);
  return std::log(std::max(kLowestProbability, mass / mass_between(mean, sigma, 0, 1)));
}

}  // namespace

GrowingMixture::GrowingMixture(std::vector<Axis> axes, const ParzenRule& rule)
    : axes_(std::move(axes)), rule_(rule), at_(axes_.size()), order_(axes_.size()), cells_(axes_.size()) {
  check(!axes_.empty(), "a mixture has an axis");
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    std::vector<std::size_t>& list = axes_[axis].kind == Axis::Kind::kContinuous ? normals_ : tables_;
    slot_.push_back(list.size());
    list.push_back(axis);
    std::vector<double>& logs = prior_logs_.emplace_back();
    if (axes_[axis].kind == Axis::Kind::kChoices) logs.push_back(-std::log(axes_[axis].choices));
    if (axes_[axis].kind != Axis::Kind::kCells) continue;
    for (int cell = 0; cell < axes_[axis].positions(); ++cell) {
      logs.push_back(log_of_cell(axes_[axis], 0.5, 1, static_cast<std::size_t>(cell)));
    }
  }
  const bool pooled = rule_.pooled_choices && axes_.size() == 1 && axes_[0].kind == Axis::Kind::kChoices;
  prior_weight_ = rule_.prior_weight * (pooled ? axes_[0].choices : 1);
  total_ = prior_weight_;
}

bool GrowingMixture::before(std::size_t axis, std::uint32_t a, std::uint32_t b) const {
  const double left = at_[axis][a], right = at_[axis][b];
  return left < right || (left == right && a < b);
}

void GrowingMixture::join(std::size_t kernel, std::span<const double> at) {
  check(!contains(kernel) && at.size() == axes_.size(), "a kernel joins once, with a coordinate for each axis");
  if (kernel >= there_.size()) {
    there_.resize(kernel + 1);
    for (std::vector<double>& column : at_) column.resize(kernel + 1);
    rows_.resize((kernel + 1) * normals_.size() * 2);
    factors_.resize((kernel + 1) * normals_.size());
    log_norms_.resize(kernel + 1);
    kinds_.resize((kernel + 1) * tables_.size());
  }
  there_[kernel] = 1;
  ++count_;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) at_[axis][kernel] = at[axis];
  joining_.push_back(static_cast<std::uint32_t>(kernel));
}

void GrowingMixture::leave(std::size_t kernel) {
  check(contains(kernel), "a kernel leaves that is there");
  there_[kernel] = 0;
  least_ = std::min(least_, --count_);
  left_ = true;
  if (std::erase(joining_, static_cast<std::uint32_t>(kernel)) > 0) return;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) go_alone(axis, static_cast<std::uint32_t>(kernel));
}

void GrowingMixture::go_alone(std::size_t axis, std::uint32_t kernel) {
  if (axes_[axis].kind == Axis::Kind::kChoices) return;
  std::vector<std::uint32_t>& order = order_[axis];
  const auto found = std::lower_bound(order.begin(), order.end(), kernel,
                                      [&](std::uint32_t a, std::uint32_t b) { return before(axis, a, b); });
  const auto place = static_cast<std::size_t>(found - order.begin());
  order.erase(found);
  if (axes_[axis].kind == Axis::Kind::kCells) release_kind(axis, kernel);
  if (place > 0) fit(axis, place - 1);
  if (place < order.size()) fit(axis, place);
}

void GrowingMixture::come_alone(std::size_t axis, std::uint32_t kernel) {
  if (axes_[axis].kind == Axis::Kind::kChoices) {
    kinds_[kernel * tables_.size() + slot_[axis]] = static_cast<std::uint32_t>(at_[axis][kernel]);
    return;
  }
  std::vector<std::uint32_t>& order = order_[axis];
  const auto found = std::lower_bound(order.begin(), order.end(), kernel,
                                      [&](std::uint32_t a, std::uint32_t b) { return before(axis, a, b); });
  const auto place = static_cast<std::size_t>(found - order.begin());
  order.insert(found, kernel);
  if (axes_[axis].kind == Axis::Kind::kCells) {
    kinds_[kernel * tables_.size() + slot_[axis]] = std::numeric_limits<std::uint32_t>::max();
  }
  fit(axis, place);
  if (place > 0) fit(axis, place - 1);
  if (place + 1 < order.size()) fit(axis, place + 1);
}

void GrowingMixture::come_together() {
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    if (axes_[axis].kind == Axis::Kind::kChoices) {
      for (const std::uint32_t kernel : joining_) come_alone(axis, kernel);
      continue;
    }
    const auto first = [&](std::uint32_t a, std::uint32_t b) { return before(axis, a, b); };
    std::vector<std::uint32_t>& order = order_[axis];
    const auto sorted = static_cast<std::ptrdiff_t>(order.size());
    order.insert(order.end(), joining_.begin(), joining_.end());
    std::sort(order.begin() + sorted, order.end(), first);
    std::inplace_merge(order.begin(), order.begin() + sorted, order.end(), first);
  }
}

// The bandwidth of the kernel at a place of the order, and what follows from it.
void GrowingMixture::fit(std::size_t axis, std::size_t place) {
  const std::vector<std::uint32_t>& order = order_[axis];
  const std::vector<double>& at = at_[axis];
  const std::uint32_t kernel = order[place];
  const auto left = place > 0 ? std::optional(at[order[place - 1]]) : std::nullopt;
  const auto right = place + 1 < order.size() ? std::optional(at[order[place + 1]]) : std::nullopt;
  const double mean = at[kernel], sigma = neighbour_bandwidth(left, mean, right, count_, rule_);
  if (axes_[axis].kind == Axis::Kind::kCells) {
    set_kind(axis, kernel, mean, sigma);
    return;
  }
  const std::size_t entry = kernel * normals_.size() + slot_[axis];
  const double steepness = 1 / (sigma * std::numbers::sqrt2);
  rows_[2 * entry] = mean;
  rows_[2 * entry + 1] = steepness;
  factors_[entry] = steepness * std::numbers::inv_sqrtpi / mass_between(mean, sigma, 0, 1);
  stale_.push_back(kernel);
}

void GrowingMixture::release_kind(std::size_t axis, std::size_t kernel) {
  std::uint32_t& kind = kinds_[kernel * tables_.size() + slot_[axis]];
  Kinds& cells = cells_[axis];
  if (kind >= cells.users.size()) return;
  if (--cells.users[kind] == 0) {
    cells.known.erase(cells.kernel[kind]);
    cells.unused.push_back(kind);
  }
  kind = std::numeric_limits<std::uint32_t>::max();
}

void GrowingMixture::set_kind(std::size_t axis, std::size_t kernel, double mean, double bandwidth) {
  release_kind(axis, kernel);
  Kinds& cells = cells_[axis];
  const auto positions = static_cast<std::size_t>(axes_[axis].positions());
  const auto [found, fresh] = cells.known.try_emplace({mean, bandwidth}, 0);
  if (fresh) {
    if (cells.unused.empty()) {
      cells.unused.push_back(static_cast<std::uint32_t>(cells.users.size()));
      cells.users.push_back(0);
      cells.kernel.emplace_back();
      cells.logs.resize(cells.users.size() * positions);
    }
    found->second = cells.unused.back();
    cells.unused.pop_back();
    cells.kernel[found->second] = {mean, bandwidth};
    for (std::size_t cell = 0; cell < positions; ++cell) {
      cells.logs[found->second * positions + cell] = log_of_cell(axes_[axis], mean, bandwidth, cell);
    }
  }
  ++cells.users[found->second];
  kinds_[kernel * tables_.size() + slot_[axis]] = found->second;
}

void GrowingMixture::fit_all() {
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    if (axes_[axis].kind == Axis::Kind::kCells) {
      cells_[axis] = {};
      for (const std::uint32_t kernel : order_[axis]) {
        kinds_[kernel * tables_.size() + slot_[axis]] = std::numeric_limits<std::uint32_t>::max();
      }
    }
    for (std::size_t place = 0; place < order_[axis].size(); ++place) fit(axis, place);
  }
}

void GrowingMixture::fit_norms() {
  std::sort(stale_.begin(), stale_.end());
  stale_.erase(std::unique(stale_.begin(), stale_.end()), stale_.end());
  for (const std::uint32_t kernel : stale_) {
    const double* factors = &factors_[kernel * normals_.size()];
    double product = 1, log = 0;
    for (std::size_t i = 0; i < normals_.size(); ++i) {
      product *= factors[i];
      if ((i + 1) % kFactorsOfALog == 0) {
        log += std::log(product);
        product = 1;
      }
    }
    log_norms_[kernel] = log + std::log(product);
  }
  stale_.clear();
}

void GrowingMixture::settle(std::span<const double> weights) {
  // The least bandwidth hangs on the number of kernels until the clip takes over; a lonely kernel has rules of its own.
  // Those that left were fitted to the number that there was in between.
  least_ = std::min(least_, count_);
  const bool clipped = least_ > 2 && 2 + static_cast<double>(least_) >= rule_.clip;
  const bool all = !clipped && (!joining_.empty() || left_);
  if (all || joining_.size() > kFew) {
    come_together();
    fit_all();
  } else {
    for (const std::uint32_t kernel : joining_) {
      for (std::size_t axis = 0; axis < axes_.size(); ++axis) come_alone(axis, kernel);
    }
  }
  joining_.clear();
  least_ = count_;
  left_ = false;
  fit_norms();
  check(weights.size() >= there_.size(), "every kernel has a weight");
  weights_.assign(weights.begin(), weights.begin() + static_cast<std::ptrdiff_t>(there_.size()));
  total_ = prior_weight_;
  for (const double weight : weights_) total_ += weight;
}

GrowingMixture::Sums GrowingMixture::prior(const PointBatch& points) const {
  static const double kLogFactor = -std::log(std::sqrt(2 * std::numbers::pi) * mass_between(0.5, 1, 0, 1));
  Sums sums;
  sums.offset.fill(0);
  sums.sum.fill(prior_weight_);
  Lanes& result = sums.offset;
  for (std::size_t axis = 0; axis < axes_.size(); ++axis) {
    for (std::size_t j = 0; j < kBatch; ++j) {
      switch (axes_[axis].kind) {
        case Axis::Kind::kContinuous: {
          const double z = points.at[axis][j] - 0.5;
          result[j] += kLogFactor - z * z / 2;
          break;
        }
        case Axis::Kind::kCells:
          result[j] += prior_logs_[axis][static_cast<std::size_t>(points.position[axis][j])];
          break;
        case Axis::Kind::kChoices:
          result[j] += prior_logs_[axis][0];
          break;
      }
    }
  }
  return sums;
}

// What each kind adds to the exponents: [kind][lane].
void GrowingMixture::append_table(std::size_t axis, const PointBatch& points, std::vector<double>& table) const {
  const auto& positions = points.position[axis];
  if (axes_[axis].kind == Axis::Kind::kChoices) {
    const ChoiceProbability probability(count_, axes_[axis].choices, rule_);
    const double same = std::log(probability.same), other = std::log(std::max(kLowestProbability, probability.other));
    for (int kind = 0; kind < axes_[axis].choices; ++kind) {
      for (const int position : positions) table.push_back(position == kind ? same : other);
    }
    return;
  }
  const auto count = static_cast<std::size_t>(axes_[axis].positions());
  const Kinds& cells = cells_[axis];
  for (std::size_t kind = 0; kind < cells.users.size(); ++kind) {
    for (const int position : positions) table.push_back(cells.logs[kind * count + static_cast<std::size_t>(position)]);
  }
}

std::size_t GrowingMixture::blocks() const { return (weights_.size() + kBlock - 1) / kBlock; }

std::array<double, kBatch> GrowingMixture::log_of(const Sums& sums) const {
  Lanes result;
  for (std::size_t j = 0; j < kBatch; ++j) result[j] = sums.offset[j] + std::log(sums.sum[j]) - std::log(total_);
  return result;
}

void GrowingMixture::add(const PointBatch& points, std::size_t from, std::size_t to, const Lanes& enough, Sums& sums,
                         bool plain) const {
  std::vector<double> table;
  std::vector<std::size_t> begins;
  for (const std::size_t axis : tables_) {
    begins.push_back(table.size());
    append_table(axis, points, table);
  }
  std::vector<const double*> table_of, at;
  for (const std::size_t begin : begins) table_of.push_back(table.data() + begin);
  for (const std::size_t axis : normals_) at.push_back(points.at[axis].data());
  const double negligible = kNegligible + std::log(std::min(1.0, prior_weight_));
  const MixtureRows rows{normals_.size(), tables_.size(), negligible,      weights_.data(), log_norms_.data(),
                         rows_.data(),    kinds_.data(),  table_of.data(), at.data()};
  const KernelSum add_block = quickest_kernel_sum(plain);
  for (std::size_t block = from; block > to; --block) {
    const std::size_t begin = (block - 1) * kBlock;
    add_block(rows, begin, std::min(begin + kBlock, weights_.size()), sums.offset.data(), sums.sum.data());
    const Lanes now = log_of(sums);
    if (std::equal(now.begin(), now.end(), enough.begin(), std::greater<>())) break;
  }
}

void GrowingMixture::log_density(const PointBatch& points, Lanes& result, bool plain) const {
  Lanes never;
  never.fill(std::numeric_limits<double>::infinity());
  Sums sums = prior(points);
  add(points, blocks(), 0, never, sums, plain);
  result = log_of(sums);
}

}  // namespace crescendo
