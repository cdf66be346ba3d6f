#pragma once

#include <cmath>
#include <vector>

#include "crescendo/rng.h"
#include "crescendo/space.h"
#include "space/encode.h"

namespace crescendo {

/// A space as the unit cube, for samplers that reckon with coordinates: every value owns a part of 0..1 in the whole
/// space's coordinates, whatever the box. A float's is a single coordinate; ints and steps own what `to_unit` gives
/// them; choices, ordered or not, equal parts in their order.
class UnitCube {
 public:
  UnitCube(const Space& space, const Box& box);

  std::size_t size() const { return ranges_.size(); }
  bool is_float(std::size_t i) const { return !has_choices(space_[i]) && step_of(space_[i]) == 0; }
  bool is_categorical(std::size_t i) const { return space_[i].kind == Kind::kCategorical; }

  /// What a value owns.
  UnitRange cell(std::size_t i, double value) const;
  double middle(std::size_t i, double value) const;

  /// A coordinate that the value owns, uniform among these; uniform in the box's range where the value is not active.
  double draw_in_cell(std::size_t i, double value, Rng& rng) const;

  /// From the lowest to the highest coordinate that the box's values own.
  UnitRange range(std::size_t i) const { return ranges_[i]; }
  bool in_range(std::size_t i, double unit) const { return unit >= ranges_[i].low && unit <= ranges_[i].high; }
  double draw(std::size_t i, Rng& rng) const {
    return ranges_[i].low + rng.uniform() * (ranges_[i].high - ranges_[i].low);
  }

  /// The value of the box that owns a coordinate; the nearest one where the box lacks it. The other way round for a
  /// float: value(i, cell(i, x).low) may miss x by a last bit.
  double value(std::size_t i, double unit) const;

  /// A value of the box, uniform over what they own.
  double draw_value(std::size_t i, Rng& rng) const;

  /// Whether the box has a value that lies in the space.
  bool in_box(std::size_t i, double value) const;

  /// The point whose values are `value_of(i)`, called in order for the parameters that are active given those before.
  template <class ValueOf>
  Point point(const ValueOf& value_of) const {
    Point made{std::vector<double>(size(), kInactive)};
    for (std::size_t i = 0; i < size(); ++i) {
      if (space_[i].active_when.empty() || space_.active(i, made.values)) made.values[i] = value_of(i);
    }
    return made;
  }

 private:
  const Space& space_;
  const Box& box_;
  std::vector<UnitRange> ranges_;
};

}  // namespace crescendo
