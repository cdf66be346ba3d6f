#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "crescendo/report.h"

namespace crescendo {

/// Loss and the study's seconds at which a trial of the top rung ended better than all before it there.
using BestSoFar = std::vector<std::pair<double, double>>;  // seconds, loss as users see it
BestSoFar best_so_far(const History& history);

/// Studies that differ in nothing but name and seed.
struct SeedGroup {
  std::string name;  // what tells it from the others
  std::vector<const ShownStudy*> studies;
};

/// In the order of their first studies. Names are all different.
std::vector<SeedGroup> seed_groups(std::span<const ShownStudy> studies);

/// Mean over curves at a time, and the standard deviation of the sample (0 of one).
struct MeanAt {
  double seconds, mean, std;
};

/// At each time at which one of them changes, from the first at which all have a loss, up to `end`. Where a curve has
/// ended its last loss stays.
std::vector<MeanAt> mean_curve(std::span<const BestSoFar> curves, double end);

}  // namespace crescendo
