#pragma once

#include <string_view>

#include "base/json.h"
#include "crescendo/space.h"
#include "space/condition_text.h"
#include "space/constraint_text.h"

namespace crescendo {

/// A list of parameters and one of constraints, as in a study's file (docs/formats.md). Throws Error (bad input).
Space parse_space(const Json& parameters, const Json& constraints = Json::array());

/// The two lists.
Json to_json(const Space& space);
Json constraints_to_json(const Space& space);

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
