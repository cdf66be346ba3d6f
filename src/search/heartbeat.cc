#include "search/heartbeat.h"

namespace crescendo {
namespace {

constexpr std::chrono::seconds kPause(10);  // several beats may be missed before a lease runs out

}  // namespace

Heartbeat::Heartbeat(Store& store, const Study& study, LeaseBook& leases, Clock& clock, int session,
                     double lease_seconds)
    : thread_([this, &store, &study, &leases, &clock, session, lease_seconds] {
        const double cpu_before = process_cpu_seconds();
        std::unique_lock lock(mutex_);
        while (!done_.wait_for(lock, kPause, [this] { return stop_; })) {
          try {
            leases.extend_all(store, study, clock.now() + lease_seconds);
            store.touch_session(session, clock.now(), process_cpu_seconds() - cpu_before);
          } catch (const std::exception&) {
            // The workers meet the same failure at their next write and say so.
          }
        }
      }) {}

Heartbeat::~Heartbeat() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  done_.notify_all();
  thread_.join();
}

}  // namespace crescendo
