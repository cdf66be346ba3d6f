#include "sampler/trial_columns.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

namespace crescendo {
namespace {

bool same_values(const double* row, const Point& point) {
  return std::equal(point.values.begin(), point.values.end(), row,
                    [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
}

bool before(const Observed& a, const Observed& b) { return std::tie(a.at, a.kernel) < std::tie(b.at, b.kernel); }

bool same_axis(const Parameter& a, const Parameter& b) {
  return std::tie(a.kind, a.low, a.high, a.log, a.step) == std::tie(b.kind, b.low, b.high, b.log, b.step) &&
         a.choices.size() == b.choices.size();
}

}  // namespace

void TrialColumns::start(const Space& space) {
  *this = TrialColumns();
  parameters_.assign(space.parameters().begin(), space.parameters().end());
  for (const Parameter& parameter : parameters_) axes_.emplace_back(parameter);
  ascending_.resize(parameters_.size());
}

bool TrialColumns::stands(const Observation& o) const {
  const auto row = static_cast<std::size_t>(o.row);
  return row < known_.size() && known_[row] && same_values(&values_[row * axes_.size()], *o.point);
}

void TrialColumns::update(const Space& space, const std::vector<Observation>& seen) {
  if (!std::equal(parameters_.begin(), parameters_.end(), space.parameters().begin(), space.parameters().end(),
                  same_axis)) {
    start(space);
  }
  std::vector<const Observation*> fresh;
  bool contradicts = false;
  for (const Observation& o : seen) {
    if (stands(o)) continue;
    const auto row = static_cast<std::size_t>(o.row);
    contradicts = contradicts || (row < known_.size() && known_[row]);
    fresh.push_back(&o);
  }
  if (contradicts) {
    start(space);
    fresh.clear();
    for (const Observation& o : seen) fresh.push_back(&o);
  }
  if (!fresh.empty()) add(fresh);
}

void TrialColumns::add(const std::vector<const Observation*>& fresh) {
  const std::size_t width = axes_.size();
  const auto rows = std::max(known_.size(), static_cast<std::size_t>(fresh.back()->row) + 1);
  values_.resize(rows * width);
  at_.resize(rows * width);
  known_.resize(rows);
  std::vector<std::size_t> sorted(width);
  for (std::size_t p = 0; p < width; ++p) sorted[p] = ascending_[p].size();
  for (const Observation* o : fresh) {
    const auto row = static_cast<std::size_t>(o->row);
    known_[row] = 1;
    for (std::size_t p = 0; p < width; ++p) {
      const double value = o->point->values[p];
      values_[row * width + p] = value;
      at_[row * width + p] = std::isnan(value) ? value : axes_[p].at(value);
      if (!std::isnan(value)) ascending_[p].push_back({at_[row * width + p], static_cast<std::uint32_t>(row)});
    }
  }
  for (std::size_t p = 0; p < width; ++p) {
    auto middle = ascending_[p].begin() + static_cast<std::ptrdiff_t>(sorted[p]);
    if (ascending_[p].end() - middle > 8) {
      std::sort(middle, ascending_[p].end(), before);
      std::inplace_merge(ascending_[p].begin(), middle, ascending_[p].end(), before);
      continue;
    }
    for (; middle != ascending_[p].end(); ++middle) {
      std::rotate(std::upper_bound(ascending_[p].begin(), middle, *middle, before), middle, middle + 1);
    }
  }
}

std::vector<Group> TrialColumns::groups(const Space& space, const std::vector<int>& trials) const {
  const auto parameters = space.parameters();
  if (std::all_of(parameters.begin(), parameters.end(), [](const Parameter& p) { return p.active_when.empty(); })) {
    Group all(space.size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    return {all};
  }
  std::vector<std::vector<bool>> active;  // of each group
  std::vector<Group> found;
  for (std::size_t p = 0; p < axes_.size(); ++p) {
    std::vector<bool> own;
    for (const int trial : trials) own.push_back(!std::isnan(at(p, trial)));
    const auto same = std::find(active.begin(), active.end(), own);
    if (same == active.end()) {
      active.push_back(std::move(own));
      found.push_back({p});
    } else {
      found[static_cast<std::size_t>(same - active.begin())].push_back(p);
    }
  }
  return found;
}

}  // namespace crescendo
