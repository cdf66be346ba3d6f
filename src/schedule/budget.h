#pragma once

#include "crescendo/history.h"

namespace crescendo {

/// The part of a study's budget that a rung may use: from..to, shares in 0..1 of the whole.
struct Share {
  double from = 0, to = 1;
};

/// The part that the ladder's shares give to a rung.
Share ladder_share(const Study& study, int rung);

/// Trials in a part, when the budget counts trials, rounded so that adjoining parts together hold exactly the budget; a
/// very large number when it does not.
int quota(const Study& study, Share share);

/// Trials that may still be claimed at a rung that has this part of the budget; 0 when the time up to its end is over.
int trials_left(const History& history, int rung, Share share);

}  // namespace crescendo
