#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "crescendo/history.h"

namespace crescendo {

/// What a proposal is made for.
struct Purpose {
  int rung;
  bool alone;  // it learns from the trials of that rung alone
  friend bool operator==(const Purpose&, const Purpose&) = default;
};

/// Models of the histories that asked lately, each with what was proposed for: every worker has a history of its own.
/// One is taken away while it is used. Thread-safe.
template <class Model>
class Shelf {
 public:
  /// Null where there is none.
  std::unique_ptr<Model> take(const History& history, const Purpose& purpose) {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) {
      return kept.history == history.identity() && kept.purpose == purpose;
    });
    if (found == kept_.end()) return nullptr;
    auto model = std::move(found->model);
    kept_.erase(found);
    return model;
  }

  void give_back(const History& history, const Purpose& purpose, std::unique_ptr<Model> model) {
    const std::lock_guard lock(mutex_);
    std::erase_if(kept_, [](const Kept& kept) { return kept.history.use_count() == 1; });  // its history is gone
    if (kept_.size() >= kMost) kept_.erase(kept_.begin());
    kept_.push_back({history.identity(), purpose, std::move(model)});
  }

 private:
  static constexpr std::size_t kMost = 4096;
  struct Kept {
    std::shared_ptr<const void> history;
    Purpose purpose;
    std::unique_ptr<Model> model;
  };
  std::mutex mutex_;
  std::vector<Kept> kept_;  // the one used last at the end
};

}  // namespace crescendo
