#pragma once

#include <string>

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

}  // namespace crescendo
