#pragma once

#include <filesystem>
#include <functional>

#include "crescendo/objective.h"
#include "crescendo/store.h"

namespace crescendo {

/// Hears what a search does. Called from every worker's thread, never while a store is locked; the methods must be
/// quick and safe to call at once.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void on_claim(const History&, const Trial&) {}
  virtual void on_epoch(const Trial&, const EpochReport&) {}
  virtual void on_end(const History&, const Trial&) {}  // with its state and loss
};

/// How a study is worked on by this process.
struct SearchOptions {
  int jobs = 1;                  // workers, one thread each
  std::filesystem::path folder;  // for what trials leave; empty: they leave nothing
  int keep = 10;                 // points whose weights stay on disk, the best at the top rung; at least 3
  std::function<bool()> interrupted = [] { return false; };
};

enum class SearchEnd {
  kFinished,     // the budget is used up
  kInterrupted,  // what was running is released and will be executed when the search goes on
};

/// Works on a study that is in the store until its budget is used up or it is interrupted.
///
/// May be called again, after whatever ended it, also by other processes at the same time. With one job, a budget of
/// trials and an objective that repeats itself, the same study gives the same trials. Throws Error (unavailable) when
/// the store fails, after stopping the workers; what had ended is kept.
SearchEnd run_search(Store& store, const Study& study, const ObjectiveMaker& objective, const SearchOptions& options,
                     Observer& observer);

}  // namespace crescendo
