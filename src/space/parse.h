#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "crescendo/space.h"

namespace crescendo {

/// `conv_layers >= 3`, `optimiser == "sgd"`, `a >= 3 and b == true`. Texts may stand in single or double quotes, or
/// bare. Throws Error (bad input) showing the condition.
std::vector<Condition> parse_conditions(std::string_view text);
std::string to_text(const Condition& condition);

/// A list of parameters, as in a study's file (docs/formats.md). Throws Error (bad input).
Space parse_space(const Json& parameters);
Json to_json(const Space& space);

Value to_value(const Json& json, std::string_view what);
Json to_json(const Value& value);

/// A point as an object of active parameters, and back. Missing active or unknown parameters are an Error.
Json point_to_json(const Space& space, const Point& point);
Point parse_point(const Space& space, const Json& object);

/// The space that holds just the point in `object`, for points that come without one.
Space space_of_point(const Json& object);

/// A box as an object of the sides that differ from the whole space: [low, high], or a list of choices.
Json box_to_json(const Space& space, const Box& box);
Box parse_box(const Space& space, const Json& object);

}  // namespace crescendo
