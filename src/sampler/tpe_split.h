#pragma once

#include <vector>

#include "sampler/observations.h"

namespace crescendo {

/// How many of n ended trials are called good.
struct GoodShare {
  double gamma = 0.1;
  bool of_root = false;  // gamma times the square root of n, as hyperopt has it
  int most = 25;

  int count(int n) const;
};

/// A trial on one side of the split.
struct SplitTrial {
  int row = 0;  // of the observation
  double weight = 1;  // below 1 where it was executed at another rung or in another study
};

struct Split {
  std::vector<SplitTrial> good, bad;  // in the order of the rows
};

/// Cuts observations, one for each point, into a better and a worse group.
///
/// The best of each rung of each source, ranked among those of the same by loss, then tie, are good; of all rungs together at
/// most `share.most`, the nearest rungs' first. Failed and running trials are bad; running ones do not count for n.
///
/// Rungs: a rung has enough trials when at least `enough` of it have finished. While the nearest one that has enough is
/// d > 0 rungs away (or none has: the nearest with any finished trial), rungs up to there weigh in full and those
/// beyond by 2^-(distance - d). Once the rung that is proposed for has m >= enough itself, another one's trials weigh
/// 2^-distance * enough / m: they help at the start and do not outvote what was measured at the rung itself. So too for
/// other studies, whose rungs are one more away.
Split split(const std::vector<Observation>& seen, const GoodShare& share, int enough);

}  // namespace crescendo
