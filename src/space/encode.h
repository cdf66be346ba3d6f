#pragma once

#include <optional>
#include <span>
#include <vector>

#include "crescendo/space.h"

namespace crescendo {

/// The number that a value is, if it is one; true and false are none.
std::optional<double> number(const Value& value);

/// Integers, logs, steps and categories end here: samplers see numbers in 0..1 and positions of choices.
///
/// A float is spread linearly (or by its logarithm) over 0..1. The values of an int or a stepped float each own an
/// equal part of 0..1 (of the logarithmic scale, if it is log), so a uniform draw is uniform over the values.
double to_unit(const Parameter& parameter, double value);

/// Inverse of to_unit for any `unit` in 0..1: the value that owns it. Always inside low..high.
double from_unit(const Parameter& parameter, double unit);

/// The part of 0..1 that a side of a box owns.
struct UnitRange {
  double low, high;
};
UnitRange unit_range(const Parameter& parameter, const Box::Side& side);

/// Number of values of an int or stepped float within the side; 0 for a float without a step.
double count_values(const Parameter& parameter, const Box::Side& side);

/// The point of coordinates in the box: each of `unit`, in 0..1, is spread over the box's side (choices: equal parts).
/// Inactive parameters are left out. Works for any unit in [0, 1].
Point point_in_box(const Space& space, const Box& box, std::span<const double> unit);

}  // namespace crescendo
