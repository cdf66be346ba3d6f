#include <algorithm>
#include <tuple>

#include "crescendo/history.h"

namespace crescendo {
namespace {

bool repeats(const Trial& trial) { return trial.tag.repeat > 0; }

Finalist finalist(const History& history, int first, int& failed_repeats) {
  Finalist result{first, {first}, history.trial(first).loss, history.trial(first).tie};
  for (const int child : history.children(first)) {
    const Trial& trial = history.trial(child);
    if (!repeats(trial)) continue;
    if (trial.state == TrialState::kFailed) ++failed_repeats;
    if (trial.state != TrialState::kFinished) continue;
    result.trials.push_back(child);
    result.loss += trial.loss;
    result.tie += trial.tie;
  }
  result.loss /= static_cast<double>(result.trials.size());
  result.tie /= static_cast<double>(result.trials.size());
  return result;
}

}  // namespace

std::vector<Finalist> leaders(const History& history, int rung, int count) {
  std::vector<Finalist> result;
  for (const int number : history.ranked(rung)) {
    if (static_cast<int>(result.size()) >= count) break;
    int ignored = 0;
    if (!repeats(history.trial(number))) result.push_back(finalist(history, number, ignored));
  }
  return result;
}

std::optional<Finalist> best(const History& history) {
  for (int rung = history.study().top(); rung >= 0; --rung) {
    std::optional<Finalist> winner;
    // Ordered so that a smaller tuple wins: sound points first, then repeated ones, then the mean.
    std::tuple<bool, bool, double, double> winning;
    for (const int number : history.ranked(rung)) {
      if (repeats(history.trial(number))) continue;
      int failed = 0;
      Finalist f = finalist(history, number, failed);
      const std::tuple standing(failed > 0, f.trials.size() == 1, f.loss, f.tie);
      if (!winner || standing < winning) {
        winner = std::move(f);
        winning = standing;
      }
    }
    if (winner) return winner;
  }
  return {};
}

}  // namespace crescendo
