#include "crescendo/history.h"

#include <algorithm>
#include <tuple>

#include "crescendo/error.h"

namespace crescendo {

bool better(const Trial& a, const Trial& b) {
  return std::tie(a.loss, a.tie, a.number) < std::tie(b.loss, b.tie, b.number);
}

History::History(std::shared_ptr<const Study> study) : study_(std::move(study)), rungs_(study_->ladder.size()) {
  for (const Rung& rung : study_->ladder) {
    for (const auto& [name, value] : rung.fidelity) used_[name] = 0;
  }
}

double History::used(const std::string& fidelity) const {
  const auto found = used_.find(fidelity);
  return found == used_.end() ? 0 : found->second;
}

int History::ended_since_best() const {
  const auto finished = ranked(study_->top());
  if (finished.empty()) return static_cast<int>(ends_.size());
  const Trial& best = trial(finished.front());
  const auto after = std::upper_bound(ends_.begin(), ends_.end(), std::pair(best.ended_revision, best.number));
  return static_cast<int>(ends_.end() - after);
}

void History::count(const Trial& trial, double sign) {
  const Trial* parent = trial.parent ? &this->trial(*trial.parent) : nullptr;
  for (auto& [name, used] : used_) used += sign * study_->used_by(trial, parent, name);
}

std::span<const int> History::children(int parent) const {
  const auto found = children_.find(parent);
  return found == children_.end() ? std::span<const int>() : std::span<const int>(found->second);
}

void History::set_trial(Trial trial) {
  const auto number = static_cast<std::size_t>(trial.number);
  check(trial.number >= 0 && number <= trials_.size(), "trials become known in the order of their numbers");
  check(trial.rung >= 0 && trial.rung < static_cast<int>(rungs_.size()), "a trial's rung is one of the ladder's");
  changes_.push_back(trial.number);
  RungOrder& rung = rungs_[static_cast<std::size_t>(trial.rung)];
  if (number == trials_.size()) {
    rung.all.push_back(trial.number);
    if (trial.parent) children_[*trial.parent].push_back(trial.number);
    if (trial.state == TrialState::kRunning) ++rung.running;
    trials_.push_back(std::move(trial));
  } else {
    Trial& known = trials_[number];
    check(known.state == TrialState::kRunning, "an ended trial never changes");
    count(known, -1);
    if (trial.state != TrialState::kRunning) --rung.running;
    known = std::move(trial);
  }
  const Trial& now = trials_[number];
  count(now, 1);
  if (now.state != TrialState::kRunning) {
    cpu_seconds_ += now.cpu_seconds;
    if (now.rung == study_->top()) {
      const std::pair end(now.ended_revision, now.number);
      ends_.insert(std::upper_bound(ends_.begin(), ends_.end(), end), end);
    }
  }
  if (now.state == TrialState::kFinished) {
    const auto at = std::lower_bound(rung.ranked.begin(), rung.ranked.end(), now.number,
                                     [this](int a, int b) { return better(this->trial(a), this->trial(b)); });
    rung.ranked.insert(at, now.number);
  }
}

const Box* History::first_box(int rung) const {
  const auto used = std::find_if(boxes_.begin(), boxes_.end(), [&](const UsedBox& b) { return b.rung == rung; });
  return used == boxes_.end() ? nullptr : used->box.get();
}

std::optional<int> History::find_box(int rung, const Box& box) const {
  for (int number = 0; number < boxes(); ++number) {
    const UsedBox& used = boxes_[static_cast<std::size_t>(number)];
    if (used.rung == rung && used.box->sides == box.sides) return number;
  }
  return {};
}

void History::add_box(int rung, Box box) { boxes_.push_back({rung, std::make_shared<const Box>(std::move(box))}); }

void History::set_budget(const Budget& budget) {
  if (study_->budget == budget) return;
  auto changed = std::make_shared<Study>(*study_);
  changed->budget = budget;
  study_ = std::move(changed);
}

}  // namespace crescendo
