#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crescendo/history.h"
#include "crescendo/step.h"
#include "schedule/narrow.h"

namespace crescendo {

struct CrossingOptions : NarrowOptions {
  std::string cross = "points+narrow+model";
  double promote = 0.25;
  double explore = 0.1;
};

inline constexpr std::string_view kCrossHelp =
    "points, narrow, model and weights joined by +, or none: what crosses to the next rung";
inline constexpr std::string_view kPromoteHelp = "points: share of a rung's points, the best, tried again at the next";
inline constexpr std::string_view kExploreHelp =
    "narrow: share of a rung's proposals that may fall anywhere all the same";
inline constexpr std::string_view kQuantileHelp = "narrow: share of a rung's points that count as good";
inline constexpr std::string_view kTailHelp =
    "narrow: share of the good points' weight left out at each end of a range";
inline constexpr std::string_view kMarginHelp = "narrow: left on each side of them, as a share of the whole range";
inline constexpr std::string_view kLeastHelp = "narrow: the narrowest range, as a share of the whole";

/// However few points a rung has, so many of them are tried again: the best at 16 px has been seen to come 22nd at 64
/// px, the best three held the winner.
inline constexpr int kFewestPromoted = 3;

/// The next rung below in which something finished: the one below, unless its time was used up by slow trials of the
/// rung before. -1: there is none.
int rung_below(const History& history, int rung);

/// What was learnt at one rung and helps at the next, each part by itself:
///
/// points: the best are tried again at the next rung, before new ones are proposed there.
/// narrow: new points are proposed where the good ones lay (narrowed_box), except for a share of them (`explore`), so
/// that a wrong turn can be undone.
/// model: the sampler learns from all rungs; without it each proposal carries the tag `alone`.
/// weights: a point that is tried again begins from the weights it had (tag `warm`), in so far as the objective can.
class Crossing {
 public:
  /// Throws Error (bad input) where `cross` names none of these, or weights without points. `owner`: whose options they
  /// are, as in "schedule ramp".
  Crossing(const CrossingOptions& options, std::string_view owner);

  bool weights() const { return weights_; }

  /// Of a point that is tried again at a higher rung.
  Tag promotion_tag() const;

  /// Points of rung `below` that are tried again at the next: a share, but never fewer than three where any are.
  int promoted(const History& history, int below) const;

  /// The best point of rung `below` that has not been tried at `rung`, if it is among those to be promoted.
  /// Cost: O(log trials) for neighbouring rungs.
  std::optional<Promote> promotion(const History& history, int below, int rung) const;

  /// A new point at a rung; `below`: the rung whose points narrow its box at its first start, -1: none.
  Start start(const History& history, int below, int rung) const;

 private:
  bool explores(int start) const;

  CrossingOptions options_;
  bool points_ = false, narrow_ = false, model_ = false, weights_ = false;
};

}  // namespace crescendo
