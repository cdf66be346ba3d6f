#include "sampler/observations.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>

namespace crescendo {
namespace {

Standing standing_of(const Trial& trial) {
  if (trial.state == TrialState::kRunning) return Standing::kPending;
  const bool finished = trial.state == TrialState::kFinished && !std::isnan(trial.loss) && !std::isnan(trial.tie);
  return finished ? Standing::kFinished : Standing::kFailed;
}

}  // namespace

Observation observation_of(const Trial& trial, int rung, int row, int origin) {
  const int source = trial.tag.warm == 1 ? kOwnWarmTrials : kOwnTrials;
  return {&*trial.point, standing_of(trial),          trial.loss, trial.tie, row, trial.number, source,
          trial.rung,    std::abs(rung - trial.rung), origin};
}

std::vector<Observation> lessons_for(const Study& study, int rung) {
  std::vector<Observation> found;
  if (!study.lessons) return found;
  for (const Lesson& lesson : *study.lessons) {
    const int row = static_cast<int>(found.size()), its_rung = study.top() - lesson.rungs_below;
    found.push_back({&lesson.point, lesson.failed ? Standing::kFailed : Standing::kFinished, lesson.loss, lesson.tie,
                     row, -1, lesson.source, its_rung, 1 + std::abs(rung - its_rung), row});
  }
  return found;
}

bool tells_more(const Observation& a, const Observation& b) {
  const auto rank = [](const Observation& o) {
    return std::tuple(o.standing == Standing::kPending, o.rungs_away, -o.rung, o.row);
  };
  return rank(a) < rank(b);
}

int rung_proposed_for(const History& history, int number) {
  const auto there = static_cast<std::size_t>(number) < history.trials().size();
  return there ? history.trial(number).rung : history.study().top();
}

bool learns_alone(const History& history, int number) {
  return static_cast<std::size_t>(number) < history.trials().size() && history.trial(number).tag.alone == 1;
}

namespace {

std::vector<Observation> seen_from(const History& history, int number, int rung, bool alone) {
  const auto trials = history.trials();
  std::vector<Observation> found = lessons_for(history.study(), rung);
  const int lessons = static_cast<int>(found.size());
  found.reserve(found.size() + trials.size());
  std::vector<int> origins(trials.size());  // rows
  for (const Trial& trial : trials) {
    const int row = lessons + trial.number;
    const int origin = executes_again(trial) ? origins[static_cast<std::size_t>(*trial.parent)] : row;
    origins[static_cast<std::size_t>(trial.number)] = origin;
    if (trial.number == number || !trial.point || (alone && trial.rung != rung)) continue;
    found.push_back(observation_of(trial, rung, row, origin));
  }
  if (alone) found.erase(found.begin(), found.begin() + lessons);
  return found;
}

}  // namespace

std::vector<Observation> observations(const History& history, int number) {
  return seen_from(history, number, rung_proposed_for(history, number), learns_alone(history, number));
}

std::vector<Observation> observations_from_top(const History& history, int number) {
  const bool alone = learns_alone(history, number);
  return seen_from(history, number, alone ? rung_proposed_for(history, number) : history.study().top(), alone);
}

bool is_known(std::span<const Observation> all, const Point& point) {
  return std::any_of(all.begin(), all.end(), [&](const Observation& o) {
    return (o.rungs_away == 0 || o.standing == Standing::kPending) && *o.point == point;
  });
}

bool is_known(const History& history, int number, const Point& point) {
  const int own_rung = rung_proposed_for(history, number);
  const bool alone = learns_alone(history, number);
  for (int rung = 0; rung <= history.study().top(); ++rung) {
    const bool own = rung == own_rung;
    if (!own && (alone || history.running(rung) == 0)) continue;
    for (const int other : history.at_rung(rung)) {
      const Trial& trial = history.trial(other);
      if (other != number && trial.point == point && (own || trial.state == TrialState::kRunning)) return true;
    }
  }
  return false;
}

std::vector<Observation> one_for_each_point(std::vector<Observation> all) {
  std::vector<int> chosen;  // [origin] position in `all`, -1: none yet
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto origin = static_cast<std::size_t>(all[i].origin);
    if (origin >= chosen.size()) chosen.resize(origin + 1, -1);
    int& best = chosen[origin];
    if (best < 0 || tells_more(all[i], all[static_cast<std::size_t>(best)])) best = static_cast<int>(i);
  }
  std::erase_if(all,
                [&, i = 0](const Observation& o) mutable { return chosen[static_cast<std::size_t>(o.origin)] != i++; });
  return all;
}

}  // namespace crescendo
