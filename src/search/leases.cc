#include "search/leases.h"

#include <vector>

namespace crescendo {

void LeaseBook::add(Lease lease) {
  const std::lock_guard lock(mutex_);
  held_[lease.trial] = lease;
  lost_.erase(lease.trial);
}

void LeaseBook::remove(Lease lease) {
  const std::lock_guard lock(mutex_);
  held_.erase(lease.trial);
}

bool LeaseBook::lost(Lease lease) const {
  const std::lock_guard lock(mutex_);
  return lost_.contains(lease.trial);
}

void LeaseBook::extend_all(Store& store, const Study& study, double until) {
  std::vector<Lease> leases;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [trial, lease] : held_) leases.push_back(lease);
  }
  // The store is asked without the book's lock: a worker may be finishing one of these meanwhile, which is no loss.
  for (const Lease lease : leases) {
    if (store.extend(study, lease, until)) continue;
    const std::lock_guard lock(mutex_);
    if (held_.contains(lease.trial)) lost_.insert(lease.trial);
  }
}

}  // namespace crescendo
