#pragma once

#include <optional>

#include "crescendo/history.h"

namespace crescendo {

/// What came of a rung's trials so far.
struct RungSummary {
  int trials = 0, running = 0, failed = 0;
  double seconds = 0, cpu_seconds = 0;  // of the trials
  std::optional<double> best_loss;      // of those that finished
};

RungSummary rung_summary(const History& history, int rung);

/// What a user is told of where new points fell at a rung: its first box; null where each has one of its own, near the
/// point of the trial that it goes on from.
const Box* box_of_all(const History& history, int rung);

}  // namespace crescendo
