#include "sampler/row_space.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crescendo {
namespace {

// Ints with more values are drawn by their coordinate, like floats.
constexpr double kMostListed = 4096;

}  // namespace

RowSpace::RowSpace(const Space& space, const Box& box)
    : space_(space), box_(box), axes_(space.size()), values_(space.size(), kInactive) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Parameter& p = space[i];
    Axis& axis = axes_[i];
    const bool conditional = !p.active_when.empty();
    conditional_ |= conditional;
    for (const Condition& condition : p.active_when) axes_[*space.find(condition.parameter)].is_parent = true;
    const int codes = static_cast<int>(p.choices.size()) + (conditional ? 1 : 0);
    features_.push_back({p.kind == Kind::kCategorical ? codes : 0});
    const double values = count_values(p, box.sides[i]);
    axis.count = values > 0 ? values : std::numeric_limits<double>::infinity();
    if (has_choices(p)) {
      for (const int choice : box.sides[i].choices) axis.row_values.push_back(row_value(i, choice));
      axis.range = {axis.row_values.front(), axis.row_values.back()};
      continue;
    }
    axis.range = unit_range(p, box.sides[i]);
    axis.weighted = p.log;
    if (axis.count > kMostListed) continue;
    for (double k = 0; k < axis.count; ++k) {
      axis.row_values.push_back(to_unit(p, std::min(box.sides[i].low + k * step_of(p), box.sides[i].high)));
    }
  }
  features_.push_back({});
}

double RowSpace::absent(std::size_t i) const {
  return is_categorical(i) ? static_cast<double>(space_[i].choices.size()) : kAbsent;
}

double RowSpace::row_value(std::size_t i, double value) const {
  if (std::isnan(value)) return absent(i);
  const Parameter& p = space_[i];
  if (p.kind == Kind::kCategorical) return value;
  if (p.kind == Kind::kOrdinal) return (value + 0.5) / static_cast<double>(p.choices.size());
  return to_unit(p, value);
}

double RowSpace::value(std::size_t i, double row_value) const {
  if (row_value == absent(i)) return kInactive;
  const Parameter& p = space_[i];
  if (p.kind == Kind::kCategorical) return row_value;
  if (p.kind == Kind::kOrdinal) return std::floor(row_value * static_cast<double>(p.choices.size()));
  return std::clamp(from_unit(p, row_value), box_.sides[i].low, box_.sides[i].high);
}

void RowSpace::encode(const Point& point, int rungs_away, std::span<double> row) const {
  for (std::size_t i = 0; i < space_.size(); ++i) row[i] = row_value(i, point.values[i]);
  row[space_.size()] = rungs_away;
}

void RowSpace::decode(std::span<const double> row, Point& point) const {
  point.values.resize(space_.size());
  for (std::size_t i = 0; i < space_.size(); ++i) point.values[i] = value(i, row[i]);
  space_.deactivate(point);
}

Point RowSpace::decode(std::span<const double> row) const {
  Point point;
  decode(row, point);
  return point;
}

bool RowSpace::allowed(std::span<const double> row) {
  if (space_.constraints().empty()) return true;
  decode(row, decoded_);
  return space_.allowed(decoded_.values);
}

bool RowSpace::active(std::span<const double> row, std::size_t i) const { return row[i] != absent(i); }

double RowSpace::at(std::size_t i, std::size_t place) const {
  const Axis& axis = axes_[i];
  if (!axis.row_values.empty()) return axis.row_values[place];
  const Box::Side& side = box_.sides[i];
  return to_unit(space_[i], std::min(side.low + static_cast<double>(place) * step_of(space_[i]), side.high));
}

std::size_t RowSpace::place(std::size_t i, double row_value) const {
  const Axis& axis = axes_[i];
  if (axis.row_values.empty()) {
    const double steps = (value(i, std::clamp(row_value, 0.0, 1.0)) - box_.sides[i].low) / step_of(space_[i]);
    return static_cast<std::size_t>(std::round(steps));
  }
  const auto& values = axis.row_values;
  const auto above = std::lower_bound(values.begin(), values.end(), row_value);
  if (above == values.begin()) return 0;
  const auto found = static_cast<std::size_t>(above - values.begin());
  if (above == values.end() || row_value - values[found - 1] <= values[found] - row_value) return found - 1;
  return found;
}

double RowSpace::snap(std::size_t i, double unit) const {
  const Axis& axis = axes_[i];
  unit = std::clamp(unit, axis.range.low, axis.range.high);
  return std::isinf(axis.count) ? unit : at(i, place(i, unit));
}

double RowSpace::draw(std::size_t i, Rng& rng) const {
  const Axis& axis = axes_[i];
  if (!axis.row_values.empty() && !axis.weighted) return axis.row_values[rng.below(axis.row_values.size())];
  const double unit = axis.range.low + rng.uniform() * (axis.range.high - axis.range.low);
  if (std::isinf(axis.count)) return unit;
  // Whose part of 0..1 it is decides, not which value's coordinate is nearest.
  const Parameter& p = space_[i];
  const Box::Side& side = box_.sides[i];
  const double drawn = std::clamp(from_unit(p, unit), side.low, side.high);
  if (axis.row_values.empty()) return to_unit(p, drawn);
  const auto place = static_cast<std::size_t>((drawn - side.low) / step_of(p) + 0.5);
  return axis.row_values[std::min(place, axis.row_values.size() - 1)];
}

void RowSpace::draw(Rng& rng, std::span<double> row) {
  for (std::size_t i = 0; i < space_.size(); ++i) {
    row[i] = conditional_ && !space_.active(i, values_) ? absent(i) : draw(i, rng);
    if (axes_[i].is_parent) values_[i] = value(i, row[i]);
  }
  row[space_.size()] = 0;
}

void RowSpace::bring_inside(std::span<double> row, Rng& rng) {
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const bool is_active = !conditional_ || space_.active(i, values_);
    if (!is_active) {
      row[i] = absent(i);
    } else if (!active(row, i)) {
      row[i] = draw(i, rng);
    } else if (!is_categorical(i)) {
      row[i] = snap(i, row[i]);
    } else if (const auto& choices = box_.sides[i].choices;
               !std::binary_search(choices.begin(), choices.end(), static_cast<int>(row[i]))) {
      row[i] = draw(i, rng);
    }
    if (axes_[i].is_parent) values_[i] = value(i, row[i]);
  }
  row[space_.size()] = 0;
}

void RowSpace::set(std::span<double> row, std::size_t parameter, double row_value, Rng& rng) {
  row[parameter] = row_value;
  if (axes_[parameter].is_parent) bring_inside(row, rng);
}

}  // namespace crescendo
