#pragma once

#include <limits>
#include <vector>

#include "crescendo/history.h"
#include "crescendo/rng.h"

namespace crescendo {

/// What a population of a rung can begin from: the best different points that finished and are no proposals of the rung
/// that trial `number` is proposed for, at most `count` of them. Nearest rungs first, a lesson of another study being
/// one rung farther away than its own; losses compare within a rung of a source only, so of those as near the best of
/// each come first, then the second of each. Of this study's trials only those before trial `before`. Points of the
/// history or of its study's lessons. Cost: O(rungs + lessons + count), and O(trials) for those that are passed over.
std::vector<const Point*> best_elsewhere(const History& history, int number, std::size_t count,
                                         int before = std::numeric_limits<int>::max());

/// Of such points one for place `place` of a population: in the box, allowed, and not known at the rung that trial
/// `number` is proposed for. Neighbouring places get different ones. Null where there is none.
const Point* next_of(const std::vector<const Point*>& earlier, const History& history, const Box& box, int number,
                     std::size_t place);

/// A point that breaks a constraint, made more like the best one of the rung that trial `number` is proposed for, or of
/// the nearest that has any (repaired() in sampler/repair.h); the same point where there is none.
Point like_the_best(const History& history, const Box& box, int number, const Point& point, Rng& rng);

}  // namespace crescendo
