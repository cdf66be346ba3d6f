#pragma once

#include <map>
#include <optional>
#include <string>

#include "crescendo/history.h"

namespace crescendo {

/// The part of a study's budget that a rung may use: a number of its own trials; of everything else, what the whole
/// study has used when the rung is over, so that what one rung leaves is the next one's.
struct Allowance {
  int trials;                 // a very large number when the budget counts none
  double begin, end;          // of its time: seconds of the study's elapsed time; infinite when the budget names none
  double cpu_begin, cpu_end;  // the same of the trials' CPU time
  std::map<std::string, double> fidelity;  // totals of those that the budget names
};

/// What the ladder's shares give to a rung. The rungs' trials add up to exactly the budget, and every rung has at least
/// one as long as there are enough.
Allowance ladder_allowance(const Study& study, int rung);

/// What the rungs up to and including `rung` may use together, whichever of them does, as an allowance of `rung`: the
/// sum of their shares, but no more than leaves each rung above a trial, and the top one a trial of every fidelity.
Allowance allowance_up_to(const History& history, int rung);

/// Everything.
Allowance whole_budget(const Study& study);

/// What the top rung may use where rungs have no shares: all that the others have not taken.
Allowance rest_for_top(const History& history);

/// Whether the budget has room for one more trial at `rung`: one that goes on from a trial at `below`, or that begins
/// anew (none). Cost: O(log trials).
bool has_room(const History& history, int rung, std::optional<int> below);

/// Trials that may still be claimed of the whole budget, each as dear as one at the top rung; otherwise as below.
int trials_left(const History& history);

/// Trials that may still be claimed at a rung with this allowance, so that neither it nor the study's budget is
/// overrun by a trial or a fidelity; a very large number when nothing counts them. 0 when the time is over, the target
/// reached or the patience at its end. Cost: O(log trials).
int trials_left(const History& history, int rung, const Allowance& allowance);

/// Trials that run, at all rungs together.
int all_running(const History& history);

}  // namespace crescendo
