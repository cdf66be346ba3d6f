#pragma once

#include "crescendo/error.h"
#include "crescendo/step.h"

namespace crescendo {

/// The rung of a trial that is being placed: the one proposed where it is open, else its own.
inline int placed_rung(const Trial& trial, const Proposal& proposed, const Study& study) {
  if (!is_rung_open(trial)) {
    check(!proposed.rung || *proposed.rung == trial.rung, "a rung is chosen only where the schedule left it open");
    return trial.rung;
  }
  check(proposed.rung && *proposed.rung >= 0 && *proposed.rung <= study.top(), "an open rung is chosen with the point");
  return *proposed.rung;
}

}  // namespace crescendo
