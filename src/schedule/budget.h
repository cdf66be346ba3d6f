#pragma once

#include "crescendo/history.h"

namespace crescendo {

/// The part of a study's budget that a rung may use.
struct Allowance {
  int trials;         // a very large number when the budget counts none
  double begin, end;  // of its time: seconds of the study's elapsed time; infinite when the budget names none
};

/// What the ladder's shares give to a rung. The rungs' trials add up to exactly the budget, and every rung has at least
/// one as long as there are enough.
Allowance ladder_allowance(const Study& study, int rung);

/// Everything.
Allowance whole_budget(const Study& study);

/// What the top rung may use where rungs have no shares: all that the others have not taken.
Allowance rest_for_top(const History& history);

/// Trials that may still be claimed at whatever rung, of the whole budget; 0 when its time is over.
int trials_left(const History& history);

/// Trials that may still be claimed at a rung with this allowance; 0 when its time is over.
int trials_left(const History& history, int rung, const Allowance& allowance);

}  // namespace crescendo
