#pragma once

#include "crescendo/history.h"

namespace crescendo {

struct NarrowOptions {
  double quantile = 0.25;  // share of the lower rung's finished points that count as good
  double tail = 0.1;       // share of their weight that lies beyond each end of the range
  double margin = 0.1;     // added to each side, as a share of the parameter's whole range
  double least = 0.2;      // no range becomes narrower than this share of the whole range
};

/// The box of `rung`: the rung's own limits, narrowed to where the good points of rung `below` lie, with the reason in
/// words. Good are the best quantile, counted at least three; with fewer finished points nothing is narrowed. The i-th
/// best of n weighs n - i.
///
/// A numeric parameter keeps the range between the weighted quantiles of the good points in which it is active (at
/// least three of them). A category that none of these has is dropped when as many points, drawn with the shares that
/// the categories have among all the rung's trials, would all lack it with a probability below 5 %. Parameters whose
/// `narrow` is false (the numbers of layers) keep the rung's limits.
///
/// A conditional parameter of a numbered family (filters_1, filters_2, ...: the same but for the number at the end of
/// the name) that was active in no trial below keeps what the last one before it does that the good points narrow: a
/// layer that points gain is taken to be like the layer before it.
Box narrowed_box(const History& history, int below, int rung, const NarrowOptions& options);

}  // namespace crescendo
