#include "importance/coverage.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include "space/encode.h"

namespace crescendo {
namespace {

double covered_choices(const Parameter& parameter, const std::vector<double>& values) {
  const std::set<double> seen(values.begin(), values.end());
  return static_cast<double>(seen.size()) / static_cast<double>(parameter.choices.size());
}

double covered_range(const Parameter& parameter, const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const UnitRange part = unit_range(parameter, {*low, *high, {}});
  if (step_of(parameter) > 0) return part.high - part.low;
  const auto count = static_cast<double>(values.size());
  return values.size() < 2 ? 0 : std::min(1.0, (part.high - part.low) * (count + 1) / (count - 1));
}

}  // namespace

double covered_share(const TrialTable& trials) {
  double product = 1;
  for (std::size_t i = 0; i < trials.space.size(); ++i) {
    const Parameter& parameter = trials.space[i];
    std::vector<double> values;
    for (const Point& point : trials.points) {
      if (!std::isnan(point.values[i])) values.push_back(point.values[i]);
    }
    if (values.empty()) return 0;
    product *= has_choices(parameter) ? covered_choices(parameter, values) : covered_range(parameter, values);
  }
  return product;
}

}  // namespace crescendo
