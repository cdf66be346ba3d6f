#pragma once

#include <optional>
#include <vector>

#include "crescendo/space.h"
#include "numeric/parzen.h"

namespace crescendo {

/// How a parameter is modelled by densities: categories as choices without an order, ordinals and ints or steps of few
/// values as cells, the rest as a number in 0..1. Coordinates are those of the whole space, whatever the box.
class ParameterAxis {
 public:
  explicit ParameterAxis(const Parameter& parameter);

  const Axis& axis() const { return axis_; }

  /// Where a value lies: in 0..1, or the position of a choice.
  double at(double value) const;

  /// The part of the axis that a side of a box leaves.
  AxisRange range(const Box::Side& side) const;

  /// The value at a drawn coordinate (continuous) or position (others), inside the side.
  double value(const Box::Side& side, double at, int position) const;

  /// Whether a continuous coordinate stands for a value that is rounded to a step.
  bool rounds() const { return axis_.kind == Axis::Kind::kContinuous && step_of(parameter_) > 0; }

 private:
  Parameter parameter_;
  Axis axis_;
};

}  // namespace crescendo
