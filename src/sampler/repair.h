#pragma once

#include "crescendo/rng.h"
#include "crescendo/space.h"

namespace crescendo {

/// Whether exactly the parameters that are active given the others have a value.
bool has_the_active(const Space& space, const Point& point);

/// A point that breaks a constraint, made more like another one, value by value in random order, until none is broken
/// and it lies in the box; the point itself where that never happens, as when the other breaks one or lies outside.
Point repaired(const Space& space, const Box& box, Point point, const Point& other, Rng& rng);

}  // namespace crescendo
