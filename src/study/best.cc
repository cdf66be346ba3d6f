#include <algorithm>
#include <tuple>

#include "crescendo/history.h"

namespace crescendo {
namespace {

bool is_repeat(const Trial& trial) { return trial.tag.repeat > 0; }

}  // namespace

int planned_finalists(const Study& study) {
  const auto option = study.schedule.options.find("finalists");
  const double* count = option == study.schedule.options.end() ? nullptr : std::get_if<double>(&option->second);
  return count ? static_cast<int>(*count) : kUsualFinalists;
}

std::vector<Finalist> leaders(const History& history, int rung, int count) {
  std::vector<Finalist> result;
  for (const int number : history.full(rung)) {
    if (static_cast<int>(result.size()) >= count) break;
    const Trial& first = history.trial(number);
    Finalist leader{number, {number}, first.loss, first.tie, 0};
    for (const int child : history.children(number)) {
      const Trial& trial = history.trial(child);
      // One that the budget cut off says nothing about the point.
      if (!is_repeat(trial) || trial.stopped_early) continue;
      leader.failed_repeats += trial.state == TrialState::kFailed;
      if (trial.state != TrialState::kFinished) continue;
      leader.trials.push_back(child);
      leader.loss += trial.loss;
      leader.tie += trial.tie;
    }
    leader.loss /= static_cast<double>(leader.trials.size());
    leader.tie /= static_cast<double>(leader.trials.size());
    result.push_back(std::move(leader));
  }
  return result;
}

std::optional<Finalist> best(const History& history) {
  for (int rung = history.study().top(); rung >= 0; --rung) {
    const auto leading = leaders(history, rung, planned_finalists(history.study()));
    if (leading.empty()) continue;
    const bool played = std::all_of(leading.begin(), leading.end(), [](const Finalist& leader) {
      return leader.trials.size() > 1 || leader.failed_repeats > 0;
    });
    if (!played) return leading.front();
    return *std::min_element(leading.begin(), leading.end(), [](const Finalist& a, const Finalist& b) {
      const bool a_failed = a.failed_repeats > 0, b_failed = b.failed_repeats > 0;
      return std::tie(a_failed, a.loss, a.tie) < std::tie(b_failed, b.loss, b.tie);
    });
  }
  for (int rung = history.study().top(); rung >= 0; --rung) {
    if (history.ranked(rung).empty()) continue;
    const Trial& trial = history.trial(history.ranked(rung).front());
    return Finalist{trial.number, {trial.number}, trial.loss, trial.tie, 0};
  }
  return {};
}

}  // namespace crescendo
