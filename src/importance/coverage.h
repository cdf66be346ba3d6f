#pragma once

#include "crescendo/importance.h"

namespace crescendo {

/// Share of the space's volume within the extents of the trials' values: of each parameter the range of its scale that
/// they span, widened by what n evenly drawn values leave out on average, or the share of its choices that they have.
double covered_share(const TrialTable& trials);

}  // namespace crescendo
