#pragma once

#include "schedule/brackets.h"

namespace crescendo {

enum class BracketSizes { kPaper, kHpBandSter };

/// Hyperband's bracket `number`, counted over the whole study from 0, on a ladder whose top rung is `top`. Bracket b
/// has s = top - b mod (top + 1) rungs above its first one.
BracketPlan hyperband_plan(int number, int top, int eta, BracketSizes sizes);

}  // namespace crescendo
