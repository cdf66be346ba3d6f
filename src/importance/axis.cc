#include "importance/axis.h"

#include <algorithm>
#include <cmath>

#include "space/encode.h"

namespace crescendo {
namespace {

Axis axis_of_choices(const Parameter& parameter) {
  const std::size_t count = parameter.choices.size();
  Axis axis;
  axis.ordered = parameter.kind == Kind::kOrdinal;
  axis.weight.assign(count, 1 / static_cast<double>(count));
  for (std::size_t k = 0; k < count; ++k) {
    const auto position = static_cast<double>(k);
    axis.upper.push_back((position + 1) / static_cast<double>(count));
    axis.coordinate.push_back(axis.ordered ? (position + 0.5) / static_cast<double>(count) : position);
    axis.value.push_back(position);
  }
  return axis;
}

Axis axis_of_values(const Parameter& parameter, double count) {
  Axis axis;
  for (double k = 0; k < count; ++k) {
    const double value = std::min(parameter.low + k * step_of(parameter), parameter.high);
    const UnitRange part = unit_range(parameter, {value, value, {}});
    axis.weight.push_back(part.high - part.low);
    axis.upper.push_back(part.high);
    axis.coordinate.push_back((part.low + part.high) / 2);
    axis.value.push_back(value);
  }
  return axis;
}

Axis axis_of_range(const Parameter& parameter, std::span<const double> values) {
  std::vector<double> units;
  for (const double value : values) {
    if (!std::isnan(value)) units.push_back(to_unit(parameter, value));
  }
  std::sort(units.begin(), units.end());
  const std::size_t rows = units.size();
  std::vector<double> different = units;
  different.erase(std::unique(different.begin(), different.end()), different.end());
  Axis axis;
  const bool grouped = different.size() > Axis::kMostCells;
  if (!grouped) units = different;
  double low = 0;
  const auto close = [&](double high) {
    axis.weight.push_back(high - low);
    axis.upper.push_back(high);
    axis.coordinate.push_back((low + high) / 2);
    axis.value.push_back(from_unit(parameter, axis.coordinate.back()));
    low = high;
  };
  const std::size_t cells = grouped ? Axis::kMostCells : units.size();
  for (std::size_t k = 1; k < cells; ++k) {
    const std::size_t first = grouped ? k * rows / cells : k;
    const double middle = units[first - 1] + (units[first] - units[first - 1]) / 2;
    if (middle > low && middle < 1) close(middle);
  }
  close(1);
  return axis;
}

}  // namespace

Axis make_axis(const Parameter& parameter, std::span<const double> values) {
  if (has_choices(parameter)) return axis_of_choices(parameter);
  const double count = count_values(parameter, {parameter.low, parameter.high, {}});
  if (count > 0 && count <= static_cast<double>(Axis::kMostCells)) return axis_of_values(parameter, count);
  return axis_of_range(parameter, values);
}

int cell_of(const Axis& axis, const Parameter& parameter, double value) {
  if (std::isnan(value)) return kNoCell;
  if (has_choices(parameter)) return static_cast<int>(value);
  const double count = count_values(parameter, {parameter.low, parameter.high, {}});
  if (count > 0 && count <= static_cast<double>(Axis::kMostCells)) {
    const double step = step_of(parameter);
    return static_cast<int>(std::clamp(std::round((value - parameter.low) / step), 0.0, count - 1));
  }
  const auto found = std::lower_bound(axis.upper.begin(), axis.upper.end(), to_unit(parameter, value));
  return static_cast<int>(std::min<std::ptrdiff_t>(found - axis.upper.begin(), std::ssize(axis.upper) - 1));
}

}  // namespace crescendo
