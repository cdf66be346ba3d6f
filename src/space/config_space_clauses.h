#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "crescendo/space.h"

namespace crescendo {

/// A condition of ConfigSpace on the parameter `child`, as conditions which must all hold. An OR is kept where all its
/// parts ask one parameter for one of several values. Throws Error (bad input) naming the child.
std::vector<Condition> parse_config_space_condition(const Json& json, const std::string& child);

/// A forbidden clause or relation of ConfigSpace, the `position`th of its file, as constraints which no point may
/// break. Relations need the parameters: those of floats and ints become an inequality, equal choices a forbidden
/// combination each. Throws Error (bad input) naming the parameters.
std::vector<Constraint> parse_config_space_forbidden(const Json& json, std::size_t position,
                                                     std::span<const Parameter> parameters);

}  // namespace crescendo
