#include "sampler/generation.h"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace crescendo {
namespace {

constexpr std::uint64_t kOpen = std::numeric_limits<std::uint64_t>::max();

// The revisions at which the members of a generation ended, the `population` lowest of them, ascending.
class Ends {
 public:
  void add(std::uint64_t revision, std::size_t population) {
    ends_.insert(std::upper_bound(ends_.begin(), ends_.end(), revision), revision);
    if (ends_.size() > population) ends_.pop_back();
  }
  std::uint64_t closed_at(std::size_t population) const { return ends_.size() < population ? kOpen : ends_.back(); }

 private:
  std::vector<std::uint64_t> ends_;
};

// The revision that a proposal saw; none yet where it has no point.
std::uint64_t seen(const Trial& trial) { return trial.point ? trial.seen_revision : kOpen - 1; }

// A rung's proposals: those with a tag first, whose generation depends on no other, then in the order in which they saw
// the history. What one of them saw as ended had itself been proposed from an earlier history.
std::vector<int> in_order_of_proposal(const History& history, int rung, int except) {
  std::vector<int> found;
  for (const int number : history.at_rung(rung)) {
    if (number != except && is_proposal(history.trial(number))) found.push_back(number);
  }
  const auto earlier = [&](int a, int b) {
    const Trial &x = history.trial(a), &y = history.trial(b);
    const bool x_tagged = x.tag.generation >= 0, y_tagged = y.tag.generation >= 0;
    return x_tagged != y_tagged ? x_tagged : !x_tagged && seen(x) < seen(y);
  };
  if (!std::is_sorted(found.begin(), found.end(), earlier)) std::stable_sort(found.begin(), found.end(), earlier);
  return found;
}

}  // namespace

bool is_proposal(const Trial& trial) { return trial.box && !trial.parent && trial.tag.repeat < 0; }

Generations generations(const History& history, int rung, int population, int except) {
  const auto size = static_cast<std::size_t>(std::max(1, population));
  Generations result;
  std::vector<Ends> ends;
  std::size_t open = 0;  // the first generation that was open to the untagged one before; what was closed stays so
  for (const int number : in_order_of_proposal(history, rung, except)) {
    const Trial& trial = history.trial(number);
    const bool tagged = trial.tag.generation >= 0;
    while (!tagged && open < ends.size() && ends[open].closed_at(size) <= seen(trial)) ++open;
    const std::size_t generation = tagged ? static_cast<std::size_t>(trial.tag.generation) : open;
    if (generation >= ends.size()) {
      ends.resize(generation + 1);
      result.members.resize(generation + 1);
    }
    result.members[generation].push_back(number);
    if (trial.state != TrialState::kRunning) ends[generation].add(trial.revision, size);
  }
  for (std::vector<int>& members : result.members) std::sort(members.begin(), members.end());
  if (ends.empty()) return result;
  const bool last_is_open = ends.back().closed_at(size) == kOpen;
  result.current = static_cast<int>(ends.size()) - (last_is_open ? 1 : 0);
  return result;
}

int current_generation(const History& history, int rung, int population) {
  int last = 0, ended = 0;
  for (const int number : history.at_rung(rung)) {
    const Trial& trial = history.trial(number);
    if (!is_proposal(trial)) continue;
    if (trial.tag.generation < 0) return generations(history, rung, population).current;
    if (trial.tag.generation > last) {
      last = trial.tag.generation;
      ended = 0;
    }
    ended += trial.tag.generation == last && trial.state != TrialState::kRunning;
  }
  return ended >= std::max(1, population) ? last + 1 : last;
}

const EndedGenerations::Seen& EndedGenerations::update(const History& history, int except) {
  const auto changes = history.changes();
  for (; changes_ < changes.size(); ++changes_) look_at(history.trial(changes[changes_]));
  const bool knows_it = static_cast<std::size_t>(except) < history.trials().size();
  const bool has_ended = knows_it && history.trial(except).state != TrialState::kRunning;
  if (tagged_ && !has_ended && !(knows_it && seen_.first == except)) {
    const auto& ended = seen_.ended;
    seen_.current = static_cast<int>(ended.size()) - 1;
    const bool open = !ended.empty() && static_cast<int>(ended.back().size()) < std::max(1, population_);
    if (!open) ++seen_.current;
    return seen_;
  }
  asked_ = afresh(history, except);
  return asked_;
}

void EndedGenerations::look_at(const Trial& trial) {
  if (trial.rung != rung_ || !is_proposal(trial)) return;
  if (trial.tag.generation < 0) {
    tagged_ = false;
    return;
  }
  seen_.first = std::min(seen_.first, trial.number);
  const auto generation = static_cast<std::size_t>(trial.tag.generation);
  if (generation >= seen_.ended.size()) seen_.ended.resize(generation + 1);
  if (trial.state == TrialState::kRunning) return;
  auto& members = seen_.ended[generation];
  const auto at = std::lower_bound(members.begin(), members.end(), trial.number);
  if (at == members.end() || *at != trial.number) members.insert(at, trial.number);
}

EndedGenerations::Seen EndedGenerations::afresh(const History& history, int except) const {
  Generations known = generations(history, rung_, population_, except);
  Seen seen{std::move(known.members)};
  seen.current = known.current;
  for (auto& members : seen.ended) {
    if (!members.empty()) seen.first = std::min(seen.first, members.front());
    std::erase_if(members, [&](int number) { return history.trial(number).state == TrialState::kRunning; });
  }
  return seen;
}

}  // namespace crescendo
