#pragma once

#include <optional>
#include <variant>

#include "crescendo/study.h"

namespace crescendo {

/// A new point at a rung. `box` is where it may fall. The point that stands first in the history's queue and lies in
/// the rung's own box is tried instead of a proposal, if there is one (`queued`: its number there; none: a proposal).
struct Start {
  int rung = 0;
  Box box;
  Tag tag;
  std::optional<int> queued = {};
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
