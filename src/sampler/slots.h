#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "crescendo/history.h"

namespace crescendo {

/// A rung's executions as a population of a fixed size: trial n of the rung, in the order of claims and whatever it
/// executes, holds slot n modulo the size. So who a trial competes with, or follows, needs no record and does not
/// depend on which trials have ended.
class Slots {
 public:
  Slots(const History& history, int rung, int size) : history_(&history), trials_(history.at_rung(rung)), size_(size) {}

  /// Which of the rung's trials `number` is, or would be where it is not there.
  std::size_t place(int number) const;

  std::size_t slot(std::size_t place) const { return place % static_cast<std::size_t>(size_); }

  /// Of each slot the best trial that finished, the latest of several as good; -1 where none did. Repetitions and
  /// those that began from their parents' weights, whose losses do not compare, are left out; so is trial `except`.
  /// Cost: O(trials).
  std::vector<int> best(int except) const;

  /// The same of one slot, its point; null where none finished.
  const Point* best_of(std::size_t slot, int except) const;

  /// The last points before a place in its slot, the latest first, at most `count`.
  std::vector<const Point*> path(std::size_t place, std::size_t count) const;

  /// Whether a trial's loss is one of those that compare.
  static bool competes(const Trial& trial);

 private:
  void compete(int& holder, int number) const;

  const History* history_;
  std::span<const int> trials_;
  int size_;
};

}  // namespace crescendo
