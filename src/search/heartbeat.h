#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "search/leases.h"

namespace crescendo {

/// A thread that extends a search's leases and its session every few seconds until it is destroyed.
class Heartbeat {
 public:
  Heartbeat(Store& store, const Study& study, LeaseBook& leases, Clock& clock, int session, double lease_seconds);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace crescendo
