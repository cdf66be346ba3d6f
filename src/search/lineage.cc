#include "search/lineage.h"

#include <algorithm>

#include "search/claiming.h"

namespace crescendo {
namespace {

const Trial* parent_of(const History& history, const Trial& trial) {
  return trial.parent ? &history.trial(*trial.parent) : nullptr;
}

// The parent that a trial goes on from, if it does.
const Trial* continued(const History& history, const Trial& trial) {
  const Trial* parent = parent_of(history, trial);
  return parent && history.study().goes_on(parent->rung, trial.rung) ? parent : nullptr;
}

}  // namespace

std::vector<Trial> lineage(const History& history, const Trial& trial) {
  std::vector<Trial> line;
  const Trial* at = &trial;
  const bool repeats = trial.tag.repeat > 0 && trial.parent;
  if (repeats) at = parent_of(history, trial);
  while (const Trial* parent = continued(history, *at)) {
    if (!repeats) line.push_back(*parent);
    at = parent;
  }
  const Trial* parent = parent_of(history, *at);
  if (at->tag.warm == 1 && parent && parent->rung < at->rung) line.push_back(*parent);
  std::reverse(line.begin(), line.end());
  return line;
}

std::optional<int> started_from(const History& history, const Trial& trial) {
  const auto line = lineage(history, trial);
  if (line.empty() || history.study().goes_on(line.front().rung, trial.rung)) return {};
  return line.front().number;
}

std::uint64_t execution_seed(const History& history, const Trial& trial) {
  const Trial* first = &trial;
  while (const Trial* parent = continued(history, *first)) first = parent;
  return trial_seed(history.study(), first->number);
}

std::vector<EpochReport> begin_curve(Store& store, const History& history, Lease lease) {
  const Trial* parent = continued(history, history.trial(lease.trial));
  if (!parent) return {};
  const std::vector<EpochReport> epochs = store.curve(history.study().name, parent->number);
  for (const EpochReport& epoch : epochs) {
    if (!store.report(history.study(), lease, epoch, 0)) break;
  }
  return epochs;
}

}  // namespace crescendo
