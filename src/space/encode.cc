#include "space/encode.h"

#include <algorithm>
#include <cmath>

namespace crescendo {
namespace {

// The scale that 0..1 is spread over: from half a step below the lowest value to half a step above the highest.
// Log ints follow Optuna: log(low - 1/2)..log(high + 1/2).
UnitRange scale(const Parameter& p, double low, double high) {
  const double half = step_of(p) / 2;
  if (p.log) return {std::log(low - half), std::log(high + half)};
  return {low - half, high + half};
}

double snap(const Parameter& p, double value) {
  const double step = step_of(p);
  if (step > 0) value = p.low + std::round((value - p.low) / step) * step;
  return std::clamp(value, p.low, p.high);
}

}  // namespace

std::optional<double> number(const Value& value) {
  if (const auto* i = std::get_if<std::int64_t>(&value)) return static_cast<double>(*i);
  if (const auto* d = std::get_if<double>(&value)) return *d;
  return {};
}

double to_unit(const Parameter& p, double value) {
  const UnitRange range = scale(p, p.low, p.high);
  if (range.high <= range.low) return 0.5;
  const double at = p.log ? std::log(value) : value;
  return std::clamp((at - range.low) / (range.high - range.low), 0.0, 1.0);
}

double from_unit(const Parameter& p, double unit) {
  if (unit <= 0) return p.low;  // exp(log(low)) may miss it by a bit
  if (unit >= 1) return p.high;
  const UnitRange range = scale(p, p.low, p.high);
  const double at = range.low + unit * (range.high - range.low);
  return snap(p, p.log ? std::exp(at) : at);
}

UnitRange unit_range(const Parameter& p, const Box::Side& side) {
  const UnitRange whole_range = scale(p, p.low, p.high);
  const UnitRange part = scale(p, side.low, side.high);
  const double length = whole_range.high - whole_range.low;
  if (length <= 0) return {0, 1};
  return {std::clamp((part.low - whole_range.low) / length, 0.0, 1.0),
          std::clamp((part.high - whole_range.low) / length, 0.0, 1.0)};
}

double count_values(const Parameter& p, const Box::Side& side) {
  if (has_choices(p)) return static_cast<double>(side.choices.size());
  const double step = step_of(p);
  return step > 0 ? std::floor((side.high - side.low) / step + 1e-9) + 1 : 0;
}

Point point_in_box(const Space& space, const Box& box, std::span<const double> unit) {
  Point point{std::vector<double>(space.size(), kInactive)};
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!space.active(i, point.values)) continue;
    const Parameter& p = space[i];
    const Box::Side& side = box.sides[i];
    if (has_choices(p)) {
      const auto position = static_cast<std::size_t>(unit[i] * static_cast<double>(side.choices.size()));
      point.values[i] = side.choices[std::min(position, side.choices.size() - 1)];
    } else {
      const UnitRange range = unit_range(p, side);
      const double value = from_unit(p, range.low + unit[i] * (range.high - range.low));
      point.values[i] = std::clamp(value, side.low, side.high);
    }
  }
  return point;
}

}  // namespace crescendo
