#include "search/leases.h"

namespace crescendo {

void LeaseBook::add(Lease lease) {
  const std::lock_guard lock(mutex_);
  held_.emplace(lease.trial, lease.attempt);
}

void LeaseBook::remove(Lease lease) {
  const std::lock_guard lock(mutex_);
  held_.erase({lease.trial, lease.attempt});
  lost_.erase({lease.trial, lease.attempt});
}

bool LeaseBook::lost(Lease lease) const {
  const std::lock_guard lock(mutex_);
  return lost_.contains({lease.trial, lease.attempt});
}

void LeaseBook::extend_all(Store& store, const Study& study, double until) {
  std::set<std::pair<int, int>> leases;
  {
    const std::lock_guard lock(mutex_);
    leases = held_;
  }
  // The store is asked without the book's lock: a worker may be finishing one of these meanwhile, which is no loss.
  for (const auto& [trial, attempt] : leases) {
    if (store.extend(study, {trial, attempt}, until)) continue;
    const std::lock_guard lock(mutex_);
    if (held_.contains({trial, attempt})) lost_.emplace(trial, attempt);
  }
}

}  // namespace crescendo
