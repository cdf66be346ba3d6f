#include "sampler/unit_cube.h"

#include <algorithm>

namespace crescendo {

UnitCube::UnitCube(const Space& space, const Box& box) : space_(space), box_(box) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Box::Side& side = box.sides[i];
    if (has_choices(space[i])) {
      ranges_.push_back({cell(i, side.choices.front()).low, cell(i, side.choices.back()).high});
    } else {
      ranges_.push_back(unit_range(space[i], side));
    }
  }
}

UnitRange UnitCube::cell(std::size_t i, double value) const {
  const Parameter& p = space_[i];
  if (has_choices(p)) {
    const double count = static_cast<double>(p.choices.size());
    return {value / count, (value + 1) / count};
  }
  if (step_of(p) > 0) return unit_range(p, {value, value, {}});
  const double at = to_unit(p, value);
  return {at, at};
}

double UnitCube::middle(std::size_t i, double value) const {
  const UnitRange own = cell(i, value);
  return (own.low + own.high) / 2;
}

double UnitCube::draw_in_cell(std::size_t i, double value, Rng& rng) const {
  if (std::isnan(value)) return draw(i, rng);
  const UnitRange own = cell(i, value);
  return own.low == own.high ? own.low : own.low + rng.uniform() * (own.high - own.low);
}

double UnitCube::value(std::size_t i, double unit) const {
  const Parameter& p = space_[i];
  const Box::Side& side = box_.sides[i];
  if (!has_choices(p)) return std::clamp(from_unit(p, unit), side.low, side.high);
  const double position = std::floor(unit * static_cast<double>(p.choices.size()));
  return *std::min_element(side.choices.begin(), side.choices.end(),
                           [&](int a, int b) { return std::abs(a - position) < std::abs(b - position); });
}

double UnitCube::draw_value(std::size_t i, Rng& rng) const {
  if (!has_choices(space_[i])) return value(i, draw(i, rng));
  const auto& choices = box_.sides[i].choices;
  return choices[rng.below(choices.size())];
}

bool UnitCube::in_box(std::size_t i, double value) const {
  const Box::Side& side = box_.sides[i];
  if (!has_choices(space_[i])) return value >= side.low && value <= side.high;
  return std::binary_search(side.choices.begin(), side.choices.end(), static_cast<int>(value));
}

}  // namespace crescendo
