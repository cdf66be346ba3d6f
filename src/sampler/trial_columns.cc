#include "sampler/trial_columns.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace crescendo {

TrialColumns::TrialColumns(const Space& space) {
  for (const Parameter& parameter : space.parameters()) axes_.emplace_back(parameter);
}

bool TrialColumns::is_point_of(int row, const Point& point) const {
  return std::equal(point.values.begin(), point.values.end(),
                    values_.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * axes_.size()),
                    [](double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); });
}

bool TrialColumns::add(int row_number, const Point& point) {
  const auto row = static_cast<std::size_t>(row_number);
  if (row < known_.size() && known_[row]) return is_point_of(row_number, point);
  if (row >= known_.size()) {
    known_.resize(row + 1);
    values_.resize(known_.size() * axes_.size());
    at_.resize(values_.size());
  }
  known_[row] = 1;
  for (std::size_t p = 0; p < axes_.size(); ++p) {
    const double value = point.values[p];
    values_[row * axes_.size() + p] = value;
    at_[row * axes_.size() + p] = std::isnan(value) ? value : axes_[p].at(value);
  }
  return true;
}

std::vector<Group> TrialColumns::groups(const Space& space, const std::vector<int>& rows) const {
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
    for (const int row : rows) own.push_back(!std::isnan(at(p, row)));
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
