#pragma once

#include <string>

#include "crescendo/store.h"

namespace crescendo {

/// Whether a running trial is free to be taken over. An empty owner: it was released.
inline bool is_lost(const std::string& owner, double lease_until, double now, const OwnerQuestion& state_of) {
  if (owner.empty()) return true;
  const OwnerState state = state_of(owner);
  return state == OwnerState::kGone || (state == OwnerState::kUnknown && lease_until < now);
}

}  // namespace crescendo
