#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "crescendo/history.h"

namespace crescendo {

/// Trials at one fidelity, of ours or from elsewhere.
struct TrialTable {
  Space space;
  std::vector<Point> points;
  std::vector<double> losses;        // lower is better; NaN: failed, which counts as the worst of the others
  std::vector<double> weights = {};  // positive; empty: all alike
};

struct ImportanceOptions {
  int trees = 64;
  int depth = 1 << 20;                                     // of the trees
  double percentile = 100;                                 // losses above this percentile count as if at it
  bool pairs = false, totals = false, conditions = false;  // whether these are worked out too
  std::vector<std::array<std::size_t, 3>> triples = {};    // chosen parameters, all different
  std::vector<std::array<std::size_t, 2>> surfaces = {};
  std::size_t strongest_surfaces = 0;  // and those of so many pairs that interact, the strongest first; needs `pairs`
  std::uint64_t seed = 0;
};

/// A part of the variance of the loss, from 0 to 1, and how much the trees differ about it.
struct Share {
  double share = 0, std = 0;
};

struct PairShare {
  std::size_t a = 0, b = 0;
  Share share;
};

struct TripleShare {
  std::array<std::size_t, 3> parameters = {};
  Share share;
};

/// A parameter that is not always active.
struct ConditionShare {
  std::size_t parameter = 0;
  double probability = 0;  // that it is active, by the search distribution
  Share condition;         // of the question whether it is, in the whole space
  Share where_active;      // of its main effect, in the part of the space in which it is
};

/// The mean loss at a value of a parameter, over everything else, and the standard deviation over the trees.
struct CurvePoint {
  double value = 0;   // in a Point's terms; of a range of values, its middle
  double weight = 0;  // share of the search distribution
  double loss = 0, std = 0;
};
using Curve = std::vector<CurvePoint>;

struct Surface {
  std::size_t a = 0, b = 0;
  std::vector<double> values_a, values_b;
  std::vector<double> losses, stds;  // [value of a][value of b]
};

struct Importance {
  int trials = 0, failed = 0;      // those that failed are among the trials
  double covered = 0;              // share of the space's volume within the extents of the trials' values
  double largest_part = 0;         // of the losses' variance: that of the one loss which is furthest from their mean
  bool constant = false;           // all losses are equal: nothing matters
  std::vector<Share> main, total;  // [parameter]
  std::vector<PairShare> pairs;    // of the interaction alone, without the two main effects
  std::vector<TripleShare> triples;
  std::vector<ConditionShare> conditions;
  std::vector<Curve> curves;  // [parameter]
  std::vector<Surface> surfaces;
};

/// Functional ANOVA: how much of the variance of the loss over the search distribution of the whole space (logarithms
/// for log parameters; each condition's parameters as if drawn always and looked at where active; constraints left
/// aside) is due to each parameter alone, to pairs, to triples.
///
/// Source: Hutter, Hoos, Leyton-Brown 2014, "An efficient approach for assessing hyperparameter importance"; the
/// decomposition of each tree over its leaves' boxes is exact. Differs: trees learn what a smooth model of single
/// parameters and pairs leaves over, because bagged trees alone shrink effects (docs/importance.md has the errors of
/// both), and a share is that of the trees' mean function.
/// What noise explains counts as an interaction of many parameters. No trial, or no finite loss: an Error (bad input).
/// Cost: O(trials x parameters x trees) for main effects; pairs cost O(cells^2) for each pair and tree.
Importance importance(const TrialTable& trials, const ImportanceOptions& options);

/// The trials of a rung that ran in full or failed.
TrialTable trials_at(const History& history, int rung);

/// At most `count` of the trials, drawn at random, in their order.
TrialTable drawn_trials(const TrialTable& trials, std::size_t count, std::uint64_t seed);

/// Those of all rungs together, the losses of each in units of their standard deviation from their mean, and each rung
/// with a weight. weights: [rung], none below 0, not all 0.
TrialTable trials_of_all_rungs(const History& history, std::span<const double> weights);

/// How much the values of the best tenth differ from those of all trials, parameter by parameter; their sum is 1, or 0
/// where nothing differs. Quick, rough, and only of single parameters.
///
/// Source: Watanabe, Bansal, Hutter 2023, "PED-ANOVA": Pearson divergence of one density from the other.
std::vector<double> ped_anova(const TrialTable& trials);

/// How much worse a forest predicts the trials it did not learn from when a parameter's column is shuffled; their sum
/// is 1, or 0. Shares of interactions count for each of their parameters. Of more
/// than 4,000 trials a random 4,000 are looked at.
///
/// Source: Breiman 2001, "Random forests", section 10.
std::vector<double> permutation_importance(const TrialTable& trials, std::uint64_t seed);

/// Spearman's: from -1 to 1, ties at their mean rank; NaN where one of them is constant or there are fewer than two.
double rank_correlation(std::span<const double> a, std::span<const double> b);

}  // namespace crescendo
