#pragma once

#include <functional>

#include "crescendo/schedule.h"
#include "schedule/budget.h"

namespace crescendo {

/// The finals: before a best point is named, the leaders at the top rung are executed again with new seeds, because
/// the best of many noisy results is partly the luckiest. With 340 validation pictures one standard error is two
/// points.
struct FinalsOptions {
  int finalists = kUsualFinalists;  // points
  int repeats = 2;                  // new seeds each; 0: no finals
};

/// What a free worker does at the top rung, which has trials left of its allowance: `otherwise` (a new point or a
/// promotion), or a repetition once what is left of the budget is just enough for those that are missing.
///
/// With a budget of trials or of a fidelity at least two in five of the rung, and at least three, are first executions.
/// With a budget of time, elapsed or of the CPU, the repetitions are expected to take as long as the leaders' trials
/// did, on as many workers as now work; once begun they go on though that was a little too much. A repetition that the
/// budget cut off does not count.
Step finals_step(const History& history, const FinalsOptions& options, const Allowance& allowance,
                 const std::function<Step()>& otherwise);

/// What a free worker does where rungs have no shares of the budget: it ends when all is used up and nothing runs,
/// plays the finals once it is time for them, and else does `otherwise`.
Step within_budget(const History& history, const FinalsOptions& options, const std::function<Step()>& otherwise);

}  // namespace crescendo
