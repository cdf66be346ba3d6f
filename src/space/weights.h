#pragma once

#include <string>
#include <vector>

#include "base/json.h"

namespace crescendo {

/// Notes that the choices of a parameter, called `what`, have other probabilities in its file: here all are equally
/// likely. Throws Error (bad input) unless `weights` holds a number above 0 for each choice.
void leave_out_weights(const Json& weights, std::size_t choices, const std::string& what,
                       std::vector<std::string>& notes);

}  // namespace crescendo
