#pragma once

#include <optional>
#include <variant>

#include "crescendo/study.h"

namespace crescendo {

/// A new point at a rung, or at the one that the sampler chooses with it (none). `box` is where it may fall. The point
/// that stands first in the history's queue and lies in the rung's own box (of an open one: the top's, where it is then
/// tried) comes instead of a proposal, if there is one (`queued`: its number there; none: a proposal).
///
/// A trial whose rung is open is claimed at the top one, with a tag that says so, and moves down when it is placed. So
/// a trial has a rung at any time, and until it is known counts as the dearest it can become: no total is overrun by
/// what is not decided yet, and who counts, orders or shows trials by rung need not ask whether there is one.
struct Start {
  std::optional<int> rung = 0;
  Box box;
  Tag tag;
  std::optional<int> queued = {};

  /// The trial from whose end its training goes on, though its point is another; then no queued point is due, and the
  /// point is drawn uniformly in the box, by whichever sampler the study has. None: it begins anew.
  std::optional<int> parent = {};
};

/// What a start's trial is claimed with.
inline int claimed_rung(const Start& start, const Study& study) { return start.rung.value_or(study.top()); }
inline Tag claimed_tag(const Start& start) {
  Tag tag = start.tag;
  if (!start.rung) tag.open = 1;
  return tag;
}

/// What a claimed trial is placed with: its point and, where its rung is open, the rung.
struct Proposal {
  Point point;
  std::optional<int> rung = {};
  friend bool operator==(const Proposal&, const Proposal&) = default;
};

/// The point of trial `parent` once more: at a higher rung, or repeated at its own with a new seed.
struct Promote {
  int parent = 0;
  int rung = 0;
  Tag tag;
};

/// Nothing to do until a running trial ends.
struct Wait {};

/// The study has used its budget, or has nothing left to try.
struct Finish {};

using Step = std::variant<Start, Promote, Wait, Finish>;

}  // namespace crescendo
