#include "sampler/axes.h"

#include <algorithm>
#include <cmath>

#include "space/encode.h"

namespace crescendo {
namespace {

// With more values than this a cell is narrower than the narrowest kernel (1/100), and the density in its middle says
// the same as the mass of the cell, for a fraction of the time.
constexpr double kMostCells = 128;

}  // namespace

ParameterAxis::ParameterAxis(const Parameter& parameter) : parameter_(parameter) {
  const Box::Side all{parameter.low, parameter.high, {}};
  if (parameter.kind == Kind::kCategorical) {
    axis_.kind = Axis::Kind::kChoices;
    axis_.choices = static_cast<int>(parameter.choices.size());
    return;
  }
  const double count =
      parameter.kind == Kind::kOrdinal ? static_cast<double>(parameter.choices.size()) : count_values(parameter, all);
  if (count == 0 || count > kMostCells) return;
  axis_.kind = Axis::Kind::kCells;
  for (int i = 0; i <= static_cast<int>(count); ++i) {
    const double value = parameter.low + i * step_of(parameter);
    const bool first = i == 0, last = i == static_cast<int>(count);
    axis_.edges.push_back(first                    ? 0
                          : last                   ? 1
                          : has_choices(parameter) ? i / count
                                                   : unit_range(parameter, {value, value, {}}).low);
  }
}

double ParameterAxis::at(double value) const {
  if (parameter_.kind == Kind::kCategorical) return value;
  if (parameter_.kind == Kind::kOrdinal) return (value + 0.5) / static_cast<double>(parameter_.choices.size());
  return to_unit(parameter_, value);
}

AxisRange ParameterAxis::range(const Box::Side& side) const {
  AxisRange range;
  if (has_choices(parameter_)) {
    range.positions = side.choices;
  } else if (axis_.kind == Axis::Kind::kCells) {
    const double step = step_of(parameter_);
    const int first = static_cast<int>(std::ceil((side.low - parameter_.low) / step - 1e-6));
    const int last = static_cast<int>(std::floor((side.high - parameter_.low) / step + 1e-6));
    for (int i = first; i <= last; ++i) range.positions.push_back(i);
  } else {
    const UnitRange part = unit_range(parameter_, side);
    range.low = part.low;
    range.high = part.high;
  }
  return range;
}

double ParameterAxis::value(const Box::Side& side, double at, int position) const {
  if (has_choices(parameter_)) return position;
  if (axis_.kind == Axis::Kind::kContinuous) return std::clamp(from_unit(parameter_, at), side.low, side.high);
  return std::clamp(parameter_.low + position * step_of(parameter_), side.low, side.high);
}

}  // namespace crescendo
