#pragma once

#include "crescendo/history.h"

namespace crescendo {

struct NarrowOptions {
  double quantile = 0.25;  // share of the lower rung's finished points that count as good
  double margin = 0.1;     // added to each side, as a share of the parameter's whole range
  double least = 0.2;      // no range becomes narrower than this share of the whole range
};

/// The box of `rung`: the rung's own limits, narrowed to where the good points of rung `below` lie, with the reason in
/// words. Good are the best quantile, counted at least three; with fewer finished points nothing is narrowed.
///
/// A numeric parameter keeps the range of the good points in which it is active (at least three of them). A category
/// that no good point uses is dropped when at least three would have used it by chance. Parameters whose `narrow` is
/// false (the numbers of layers) keep the rung's limits.
Box narrowed_box(const History& history, int below, int rung, const NarrowOptions& options);

}  // namespace crescendo
