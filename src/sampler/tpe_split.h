#pragma once

#include <map>
#include <set>
#include <tuple>
#include <utility>
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

/// The weight of an observation by how many rungs away it was made: at most 1.
///
/// A rung has enough trials when at least `enough` of it have finished. While the nearest one that has enough is d > 0
/// rungs away (or none has: the nearest with any finished trial), rungs up to there weigh in full and those beyond by
/// 2^-(distance - d). Once the rung that is proposed for has m >= enough itself, another one's trials weigh 2^-distance
/// * enough / m: they help at the start and do not outvote what was measured at the rung itself. So too for other
/// studies, whose rungs are one more away.
class RungWeights {
 public:
  /// `finished`: how many trials finished, by distance.
  RungWeights(const std::map<int, int>& finished, int enough);
  double operator()(int distance) const;

 private:
  int full_until_ = 0;
  double fading_ = 1;
};

/// Cuts observations, one for each point, into a better and a worse group.
///
/// The best of each rung of each source, ranked among those of the same by loss, then tie, are good; of all rungs
/// together at most `share.most`, the nearest rungs' first. Failed and running trials are bad; running ones do not
/// count for n.
class SplitTrials {
 public:
  void add(const Observation& o);
  void remove(const Observation& o);  // that was added

  int finished() const;

  /// Rows of the good ones, ascending.
  std::vector<int> good(const GoodShare& share) const;

  RungWeights weights(int enough) const;

 private:
  struct RungTrials {
    std::set<std::tuple<double, double, int>> finished;  // loss, tie, row
    int ended = 0;
  };
  std::map<std::tuple<int, int, int>, RungTrials> rungs_;  // by distance, then source; of two as near the higher first
};

}  // namespace crescendo
