#pragma once

#include <functional>
#include <span>
#include <vector>

#include "crescendo/rng.h"
#include "sampler/row_space.h"

namespace crescendo {

/// Writes what each of the rows ([n][width]) is worth; higher is better.
using Worth = std::function<void(std::span<const double> rows, std::span<double> worth)>;

struct LocalSearchOptions {
  int plateau_steps = 10;  // neighbourhoods without a better row, after which a search ends
  int first_batch = 2;     // neighbours that are looked at together; doubled while none is better
  int most_batch = 64;
  double deviation = 0.05;  // of the numbers' neighbours at first, of the whole range
  double least_deviation = 0.005;
  double most_deviation = 0.2;
  int patience = 3;  // doubled after so many better rows in sequence, halved after so many neighbourhoods without one
};

struct Peak {
  std::vector<double> row;
  double worth;
};

/// Climbs from every start to the first better neighbour until there is none, all searches side by side so that rows
/// are valued in batches. Where a whole neighbourhood holds no better row, a search moves to an equal one, if there is
/// one, and draws new neighbours; plateau_steps times in all, then it ends. Returns where each ended, best first.
///
/// Source: Hutter, Hoos, Leyton-Brown 2011, section 4.3; SMAC3 2.4 for the batches, the plateaus and the deviation.
/// starts: [n][width], inside the box.
std::vector<Peak> local_search(RowSpace& rows, std::span<const double> starts, const Worth& worth,
                               const LocalSearchOptions& options, Rng& rng);

}  // namespace crescendo
