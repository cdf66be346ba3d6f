#include "search/lineage.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

std::vector<Trial> earlier_points(const History& history, const Trial& trial) {
  std::vector<Trial> line = lineage(history, trial), found;
  line.push_back(trial);
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    if (!(line[i].point == line[i + 1].point)) found.push_back(line[i]);
  }
  return found;
}

std::string difference_text(const Space& space, const Point& a, const Point& b) {
  std::string text;
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (a.values[i] == b.values[i] || std::isnan(a.values[i])) continue;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", space[i].name, to_text(external(space[i], a.values[i])));
  }
  return text;
}

std::uint64_t execution_seed(const History& history, const Trial& trial) {
  const Trial* first = &trial;
  for (const Trial* parent; !is_perturbed(*first) && (parent = continued(history, *first));) first = parent;
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
