#pragma once

#include <mutex>
#include <set>
#include <utility>

#include "crescendo/store.h"

namespace crescendo {

/// The leases that the workers of this process hold, so that one thread can extend them all.
class LeaseBook {
 public:
  void add(Lease lease);
  void remove(Lease lease);

  /// Whether an extension found that the lease was taken over.
  bool lost(Lease lease) const;

  /// Extends every lease to `until`; one that is refused becomes lost.
  void extend_all(Store& store, const Study& study, double until);

 private:
  mutable std::mutex mutex_;
  std::set<std::pair<int, int>> held_, lost_;  // trial and attempt
};

}  // namespace crescendo
