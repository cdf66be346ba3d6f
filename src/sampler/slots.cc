#include "sampler/slots.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace crescendo {

std::size_t Slots::place(int number) const {
  return static_cast<std::size_t>(std::lower_bound(trials_.begin(), trials_.end(), number) - trials_.begin());
}

bool Slots::competes(const Trial& trial) {
  return trial.state == TrialState::kFinished && trial.point && !std::isnan(trial.loss) && !std::isnan(trial.tie) &&
         trial.tag.repeat < 0 && trial.tag.warm != 1;
}

void Slots::compete(int& holder, int number) const {
  const Trial& trial = history_->trial(number);
  if (!competes(trial)) return;
  if (holder >= 0) {
    const Trial& held = history_->trial(holder);
    if (std::tie(held.loss, held.tie) < std::tie(trial.loss, trial.tie)) return;
  }
  holder = number;
}

std::vector<int> Slots::best(int except) const {
  std::vector<int> found(static_cast<std::size_t>(size_), -1);
  for (std::size_t place = 0; place < trials_.size(); ++place) {
    if (trials_[place] != except) compete(found[slot(place)], trials_[place]);
  }
  return found;
}

const Point* Slots::best_of(std::size_t slot, int except) const {
  int holder = -1;
  for (std::size_t place = slot; place < trials_.size(); place += static_cast<std::size_t>(size_)) {
    if (trials_[place] != except) compete(holder, trials_[place]);
  }
  return holder < 0 ? nullptr : &*history_->trial(holder).point;
}

std::vector<const Point*> Slots::path(std::size_t place, std::size_t count) const {
  std::vector<const Point*> found;
  const auto size = static_cast<std::size_t>(size_);
  for (std::size_t at = place; at >= size && found.size() < count;) {
    at -= size;
    const Trial& trial = history_->trial(trials_[at]);
    if (trial.point && trial.tag.repeat < 0) found.push_back(&*trial.point);
  }
  return found;
}

}  // namespace crescendo
