#include "sampler/observations.h"

#include <cstdlib>

namespace crescendo {

std::vector<Observation> observations(const History& history, int number) {
  const auto trials = history.trials();
  const auto there = static_cast<std::size_t>(number) < trials.size();
  const int rung = there ? history.trial(number).rung : history.study().top();
  std::vector<Observation> found;
  found.reserve(trials.size());
  for (const Trial& trial : trials) {
    if (trial.number == number || !trial.point) continue;
    const Standing standing = trial.state == TrialState::kFinished ? Standing::kFinished
                              : trial.state == TrialState::kFailed ? Standing::kFailed
                                                                   : Standing::kPending;
    found.push_back({&*trial.point, standing, trial.loss, trial.tie, trial.number, std::abs(rung - trial.rung)});
  }
  return found;
}

}  // namespace crescendo
