#pragma once

#include <span>
#include <string>
#include <vector>

#include "crescendo/report.h"

namespace crescendo {

/// The same text of studies whose losses compare: of the same pictures or program, by the same loss, at the same top
/// fidelity.
std::string subject_key(const Study& study);

/// The same text of studies that differ in nothing but name and seed.
std::string group_key(const Study& study);

/// Throws Error (bad input) that names the subjects if there are several.
void check_one_subject(std::span<const ShownStudy> studies);

/// Studies that differ in nothing but name and seed.
struct SeedGroup {
  std::string name;  // what tells it from the others
  std::vector<const ShownStudy*> studies;
};

/// In the order of their first studies. Names are all different.
std::vector<SeedGroup> seed_groups(std::span<const ShownStudy> studies);

/// A study's best loss so far at the top rung, as users see it.
struct LossAt {
  double seconds, loss;
};
using LossCurve = std::vector<LossAt>;
LossCurve top_curve(const History& history);

/// Median, lowest and highest of several curves at a time.
struct BandAt {
  double seconds, low, middle, high;
};

/// At each time at which one of them changes, from the first at which all have a loss, up to `end`. Where a curve has
/// ended its last loss stays.
std::vector<BandAt> band(std::span<const LossCurve> curves, double end);

}  // namespace crescendo
