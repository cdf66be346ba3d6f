#pragma once

#include <optional>
#include <vector>

#include "crescendo/history.h"
#include "crescendo/step.h"

namespace crescendo {

/// One bracket of successive halving as it is meant: how many points it tries at each rung, from the first one up.
struct BracketPlan {
  int first_rung = 0;
  std::vector<int> sizes;  // from the first rung to the top one, each at least 1
};

/// `count` points at the first rung, and of them a share of 1 / eta, rounded down but never none, a rung higher.
BracketPlan bracket_plan(int first_rung, int top, int count, int eta);

/// Trials of the whole plan.
int total(const BracketPlan& plan);

/// What bracket `number` has for a free worker.
///
/// A rung's points are those of the plan, or fewer where fewer were executed in full below; they are promoted, best
/// first, once every trial with a slot has ended at the rung below. None if the bracket is through or must wait.
/// Cost: O(rungs).
std::optional<Step> bracket_step(const History& history, int number, const BracketPlan& plan);

/// Whether it has nothing for a free worker only because trials of its highest rung still run.
bool waits(const History& history, int number, const BracketPlan& plan);

}  // namespace crescendo
