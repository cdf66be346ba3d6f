#pragma once

#include <span>
#include <string>
#include <string_view>

#include "crescendo/history.h"

namespace crescendo {

/// Stopping a trial by its curve of losses, which any schedule may do. Curves are compared report by report: the trials
/// of a rung are taken to report at the same steps.
struct StoppingOptions {
  std::string stopping = "none";
  int stopping_startup = 5;
};

inline constexpr std::string_view kStoppingHelp = "none, median or curve: what ends a trial by its losses so far";
inline constexpr std::string_view kStartupHelp = "trials of a rung executed in full before one is ended";

/// none: nothing ends.
///
/// median: a trial ends whose best loss so far is worse than the median of the losses that the rung's other trials had
/// after as many reports. Those count that were executed in full: the ones ended early would make the median
/// worse the earlier they ended.
/// Source: Golovin et al. 2017, "Google Vizier", section 3.2.2, as Optuna's MedianPruner has it (there: the median of
/// the running averages).
///
/// curve: a trial ends when not even the optimistic end of its extrapolated curve reaches the rung's best loss. The
/// curve is a + b t^-c with b >= 0, fitted by least squares; see `optimistic_end`. It is judged from its fifth report
/// and a quarter of its length on.
/// Source: Domhan, Springenberg, Hutter 2015, "Speeding Up Automatic Hyperparameter Optimization of Deep Neural
/// Networks by Extrapolation of Learning Curves", in kind. Differs: one family of curves instead of eleven, and the
/// bounds of least squares instead of a Markov chain, because this runs after every epoch of every trial.
///
/// A trial that began from its parent's weights is compared with its like alone, as any other is.
/// Repetitions always go on, and so does a trial after its last report: as many as the longest curve of the rung's
/// trials executed in full has. Cost: O(trials at the rung) where another rule than none is chosen.
class StoppingRule {
 public:
  /// Throws Error (bad input) for an unknown rule.
  explicit StoppingRule(const StoppingOptions& options);

  bool watches() const { return rule_ != Rule::kNone; }

  /// The history holds the trial's last report.
  bool keep_going(const History& history, int trial) const;

 private:
  enum class Rule { kNone, kMedian, kCurve };

  Rule rule_;
  int startup_;
};

/// The lowest loss that a curve may well have after `length` reports: of the exponents of a grid whose sum of squares
/// is at most the best one's times 1 + 4 / (reports - 3), the lowest end of the prediction's interval of
/// three standard errors; never above the best loss so far. The curve has at least 4 losses, all finite, and ends
/// before `length`.
double optimistic_end(std::span<const double> curve, int length);

}  // namespace crescendo
