#include "crescendo/search.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/clock.h"
#include "base/processes.h"
#include "search/keep.h"
#include "search/worker.h"

namespace crescendo {
namespace {

constexpr double kLeaseSeconds = 60;
constexpr std::chrono::seconds kHeartbeat(10);  // several may be missed before a lease runs out

/// Passes everything on, and thins the weights whenever a top-rung trial ends.
class ThinningObserver : public Observer {
 public:
  ThinningObserver(Observer& next, Store& store, const SearchOptions& options)
      : next_(next), store_(store), options_(options) {}
  void on_claim(const History& history, const Trial& trial) override { next_.on_claim(history, trial); }
  void on_epoch(const Trial& trial, const EpochReport& report) override { next_.on_epoch(trial, report); }
  void on_end(const History& history, const Trial& trial) override {
    if (!options_.folder.empty() && trial.rung == history.study().top()) {
      thin_weights(store_, history, options_.folder, std::max(3, options_.keep));
    }
    next_.on_end(history, trial);
  }

 private:
  Observer& next_;
  Store& store_;
  const SearchOptions& options_;
};

/// A thread that extends leases and the session until it is destroyed.
class Heartbeat {
 public:
  Heartbeat(Store& store, const Study& study, LeaseBook& leases, Clock& clock, int session)
      : thread_([this, &store, &study, &leases, &clock, session] {
          std::unique_lock lock(mutex_);
          while (!done_.wait_for(lock, kHeartbeat, [this] { return stop_; })) {
            try {
              leases.extend_all(store, study, clock.now() + kLeaseSeconds);
              store.touch_session(session, clock.now(), process_cpu_seconds());
            } catch (const std::exception&) {
              // The workers meet the same failure at their next write and say so.
            }
          }
        }) {}
  ~Heartbeat() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    done_.notify_all();
    thread_.join();
  }
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  bool stop_ = false;
  std::thread thread_;
};

double seconds_left(Store& store, const Study& study) {
  History history(std::make_shared<const Study>(study));
  store.refresh(history);
  return study.budget.seconds ? *study.budget.seconds - history.elapsed_seconds() : 0;
}

}  // namespace

SearchEnd run_search(Store& store, const Study& study, const ObjectiveMaker& objective, const SearchOptions& options,
                     Observer& observer) {
  const auto sampler = make_sampler(study);
  const auto schedule = make_schedule(study);
  const auto shared = std::make_shared<const Study>(study);
  SystemClock clock;
  LeaseBook leases;
  ThinningObserver thinning(observer, store, options);
  const std::string identity = process_identity();
  const double deadline = clock.now() + seconds_left(store, study);
  const int session = store.open_session(study.name, identity, clock.now());

  std::atomic<bool> failed = false, interrupted = false;
  std::mutex failure_mutex;
  std::exception_ptr failure;
  const auto going = [&] {
    if (failed || options.interrupted()) return Going::kCancel;
    return study.budget.seconds && clock.now() >= deadline ? Going::kStop : Going::kOn;
  };
  const auto work = [&](int worker) {
    try {
      const auto own_objective = objective();
      const WorkerSetting setting{store,
                                  shared,
                                  *sampler,
                                  *schedule,
                                  *own_objective,
                                  clock,
                                  leases,
                                  thinning,
                                  fmt::format("{}#{}", identity, worker),
                                  session,
                                  options.folder,
                                  [](const std::string& owner) { return process_is_gone(owner.substr(0, owner.find('#'))); },
                                  going,
                                  kLeaseSeconds};
      if (run_worker(setting) == WorkerEnd::kInterrupted) interrupted = true;
    } catch (...) {
      const std::lock_guard lock(failure_mutex);
      if (!failure) failure = std::current_exception();
      failed = true;
    }
  };
  {
    const Heartbeat heartbeat(store, *shared, leases, clock, session);
    std::vector<std::jthread> threads;
    for (int worker = 0; worker < options.jobs; ++worker) threads.emplace_back(work, worker);
  }
  if (failure) std::rethrow_exception(failure);
  store.touch_session(session, clock.now(), process_cpu_seconds());
  return interrupted ? SearchEnd::kInterrupted : SearchEnd::kFinished;
}

}  // namespace crescendo
