#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/clock.h"
#include "crescendo/objective.h"
#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "crescendo/search.h"
#include "crescendo/store.h"
#include "search/leases.h"

namespace crescendo {

/// What a worker works with. Store, sampler, schedule, clock, leases and observer are shared by a search's workers.
struct WorkerSetting {
  Store& store;
  std::shared_ptr<const Study> study;
  const Sampler& sampler;
  const Schedule& schedule;
  Objective& objective;
  Clock& clock;
  LeaseBook& leases;
  Observer& observer;
  std::string owner;
  int session = 0;
  std::filesystem::path folder = {};  // of the study; trials leave files in <folder>/trials/<number>; empty: nowhere
  OwnerQuestion state_of = [](const std::string&) { return OwnerState::kUnknown; };
  std::function<Going()> going = [] { return Going::kOn; };  // kStop: out of time; kCancel: interrupted
  double lease_seconds = 60;
};

enum class WorkerEnd {
  kFinished,     // the schedule has nothing more to do
  kInterrupted,  // `going` said kCancel; what it was executing is released
};

/// The loop that joins store, schedule, sampler and objective: claim, place, execute, finish, until there is no more.
///
/// Any number of workers, in threads, processes or machines, run this on one store; each may be killed at any point,
/// and another takes its trial over. Throws what the store throws; an objective's exception is a failed trial.
WorkerEnd run_worker(const WorkerSetting& setting);

}  // namespace crescendo
