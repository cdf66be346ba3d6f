#pragma once

#include "base/json.h"
#include "crescendo/space.h"

namespace crescendo {

/// The parameters of a space, and the sides of a box in it, with every field that a picture needs (docs/formats.md).
Json parameters_json(const Space& space);
Json sides_json(const Space& space, const Box& box);

}  // namespace crescendo
