#pragma once

#include <optional>
#include <span>
#include <vector>

#include "crescendo/history.h"
#include "sampler/gp_model.h"
#include "sampler/observations.h"
#include "sampler/row_space.h"

namespace crescendo {

/// The seconds that a trial will take, from those that trials took: a Gaussian process of their logarithm over the
/// point and the rung, about a straight line over the rungs. CPU seconds where the budget counts those and no others.
///
/// It learns from this study's trials that finished in full and began from nothing of another's. While it knows none, a
/// rung costs four times as much as the one below it, from a second at the lowest.
class CostModel {
 public:
  /// `most`: trials that are learnt from, at most; beyond nine tenths of them the latest. Refers to `rows`.
  CostModel(RowSpace& rows, const History& history, std::span<const Observation> seen, int most, FittedKernels& memo);

  /// rows: [n][width], each ending with its distance from the top in rungs.
  void seconds(std::span<const double> rows, std::span<double> seconds);

 private:
  struct Line {
    double at_lowest = 0, by_rung = 0;  // logarithms of seconds
    double deviation = 1;               // of those that were seen, from it
  };
  static Line line_through(std::span<const int> rungs, std::span<const double> logs);
  double on_line(const Line& line, double rung) const { return line.at_lowest + line.by_rung * rung; }
  void learn(const std::vector<double>& features, std::span<const int> rungs, std::span<const double> logs, int most,
             FittedKernels& memo);

  RowSpace& rows_;
  int top_;
  Line line_;
  std::optional<GaussianProcess> process_;
  std::vector<double> asked_;  // room to work in
};

}  // namespace crescendo
