#include "sampler/seen_trials.h"

namespace crescendo {

bool SeenTrials::update(const History& history, int without, const Listener& listener) {
  if (lessons_ < 0) {
    const std::vector<Observation> lessons = lessons_for(history.study(), rung_);
    for (const Observation& lesson : lessons) {
      if (!alone_) listener.joins(lesson);
    }
    lessons_ = static_cast<int>(lessons.size());
  }
  const auto changes = history.changes();
  for (; changes_ < changes.size(); ++changes_) {
    const Trial& trial = history.trial(changes[changes_]);
    const auto number = static_cast<std::size_t>(trial.number);
    if (number >= origins_.size()) {
      origins_.resize(number + 1);
      chosen_.resize(number + 1);
    }
    origins_[number] = executes_again(trial) ? origins_[static_cast<std::size_t>(*trial.parent)] : lessons_ + trial.number;
    if (alone_ && trial.rung != rung_) continue;
    if (trial.number != without && !look_at(trial, listener)) return false;
  }
  return true;
}

bool SeenTrials::look_at(const Trial& trial, const Listener& listener) {
  const int origin = origins_[static_cast<std::size_t>(trial.number)];
  std::optional<Observation>& chosen = chosen_[static_cast<std::size_t>(origin - lessons_)];
  const bool own = chosen && chosen->trial == trial.number;
  if (!trial.point) return !own;
  const Observation now = observation_of(trial, rung_, lessons_ + trial.number, origin);
  if (own && now.standing == Standing::kPending && chosen->standing != Standing::kPending) return false;
  if (chosen && !own && !tells_more(now, *chosen)) return true;
  if (chosen) listener.leaves(*chosen);
  listener.joins(now);
  chosen = now;
  chosen->point = nullptr;  // the history's trials move
  return true;
}

}  // namespace crescendo
