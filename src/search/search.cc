#include "crescendo/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/processes.h"
#include "search/heartbeat.h"
#include "search/keep.h"
#include "search/presets.h"
#include "search/worker.h"

namespace crescendo {
namespace {

constexpr double kLeaseSeconds = 60;

/// Passes everything on, and thins the weights whenever a trial ends.
class ThinningObserver : public Observer {
 public:
  ThinningObserver(Observer& next, Store& store, const Schedule& schedule, const SearchOptions& options)
      : next_(next), store_(store), schedule_(schedule), options_(options) {}
  void on_claim(const History& history, const Trial& trial) override { next_.on_claim(history, trial); }
  void on_epoch(const Trial& trial, const EpochReport& report) override { next_.on_epoch(trial, report); }
  void on_end(const History& history, const Trial& trial) override {
    if (!options_.folder.empty()) {
      thin_weights(store_, history, options_.folder, std::max(3, options_.keep), schedule_, trial.number);
    }
    next_.on_end(history, trial);
  }

 private:
  Observer& next_;
  Store& store_;
  const Schedule& schedule_;
  const SearchOptions& options_;
};

// When the time of the budget is over, if it has one.
double end_of_time(Store& store, const Study& study, const Clock& clock) {
  if (!study.budget.seconds) return std::numeric_limits<double>::infinity();
  History history(std::make_shared<const Study>(study));
  store.refresh(history);
  return clock.now() + *study.budget.seconds - history.elapsed_seconds();
}

// An owner is the process, the session and the worker: "lab3:4711:88123#7.0".
OwnerState state_of_owner(const std::string& owner, const std::string& own_process, int own_session) {
  const std::string process = owner.substr(0, owner.find('#'));
  // Another search of this very process may have ended without releasing its trials: its leases must tell.
  const bool other_search =
      process == own_process && !owner.starts_with(fmt::format("{}#{}.", own_process, own_session));
  if (other_search) return OwnerState::kUnknown;
  switch (process_state(process)) {
    case ProcessState::kAlive:
      return OwnerState::kAlive;
    case ProcessState::kGone:
      return OwnerState::kGone;
    case ProcessState::kUnknown:
      break;
  }
  return OwnerState::kUnknown;
}

}  // namespace

SearchEnd run_search(Store& store, const Study& study, const ObjectiveMaker& objective, const SearchOptions& options,
                     Observer& observer) {
  check_goes_together(study);
  const auto sampler = make_sampler(study);
  const auto schedule = make_schedule(study);
  const auto shared = std::make_shared<const Study>(study);
  SystemClock clock;
  LeaseBook leases;
  ThinningObserver thinning(observer, store, *schedule, options);
  const std::string identity = process_identity();
  const int session = store.open_session(study.name, identity, clock.now());
  const double deadline = end_of_time(store, study, clock);
  const double cpu_before = process_cpu_seconds();

  std::atomic<bool> failed = false, interrupted = false;
  std::mutex failure_mutex;
  std::exception_ptr failure;
  const auto going = [&] {
    if (failed || options.interrupted()) return Going::kCancel;
    return clock.now() >= deadline ? Going::kStop : Going::kOn;
  };
  const auto work = [&](int worker) {
    try {
      const auto own_objective = objective();
      const WorkerSetting setting{
          store,     shared,         *sampler,
          *schedule, *own_objective, clock,
          leases,    thinning,       fmt::format("{}#{}.{}", identity, session, worker),
          session,   options.folder, [&](const std::string& owner) { return state_of_owner(owner, identity, session); },
          going,     kLeaseSeconds};
      if (run_worker(setting) == WorkerEnd::kInterrupted) interrupted = true;
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      failed = true;
    }
  };
  {
    const Heartbeat heartbeat(store, *shared, leases, clock, session, kLeaseSeconds);
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < options.jobs; ++worker) threads.emplace_back(work, worker);
  }
  if (failure) std::rethrow_exception(failure);
  store.touch_session(session, clock.now(), process_cpu_seconds() - cpu_before);
  return interrupted ? SearchEnd::kInterrupted : SearchEnd::kFinished;
}

}  // namespace crescendo
