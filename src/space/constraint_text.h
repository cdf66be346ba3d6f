#pragma once

#include <string>
#include <string_view>

#include "crescendo/space.h"

namespace crescendo {

/// `not (optimiser == 'sgd' and learning_rate > 0.1)`, or an inequality of sums of numbers and of parameters times
/// numbers: `min_units <= max_units`, `2 * conv_layers + fc_layers < 12`. Names and texts as in a condition, but that a
/// name with spaces or signs must stand in backticks in an inequality. Throws Error (bad input) showing the constraint.
Constraint parse_constraint(std::string_view text);

/// As parse_constraint reads it back, to the bit. In an inequality the terms below 0 stand on the right where they come
/// last.
std::string to_text(const Constraint& constraint);

}  // namespace crescendo
