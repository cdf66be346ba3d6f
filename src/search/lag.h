#pragma once

#include "crescendo/history.h"

namespace crescendo {

/// What trial `number` may know of a history, where each trial learns from those that are at least `lag` older: the
/// trials up to `number - lag` as they ended, those after them as they run, with their points, and `number` itself, if
/// it is there, without its point. It holds nothing that a clock or the number of workers decided: no seconds, no
/// attempts, and revisions as if the trials had been worked on in turn. Needs is_settled(). Cost: O(number).
History lagged(const History& history, int number, int lag);

/// Whether all that lagged() shows is known: the trials up to `number - lag` have ended, and those after them have
/// their points.
bool is_settled(const History& history, int number, int lag);

}  // namespace crescendo
