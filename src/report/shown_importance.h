#pragma once

#include "crescendo/report.h"
#include "report/importance_report.h"

namespace crescendo {

/// What matters at a rung, as every picture shows it: of at most kImportanceTrials of its trials, with conditions, and in
/// spaces of at most 40 parameters with pairs, totals, and surfaces of so many of the strongest pairs.
RungImportance shown_importance(const History& history, int rung, std::size_t surfaces);

}  // namespace crescendo
