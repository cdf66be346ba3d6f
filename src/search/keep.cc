#include "search/keep.h"

#include <set>

#include "objective/cnn.h"

namespace crescendo {
namespace fs = std::filesystem;

void thin_weights(Store& store, const History& history, const fs::path& folder, int keep) {
  const int top = history.study().top();
  std::set<int> kept;
  for (const Finalist& leader : leaders(history, top, keep)) kept.insert(leader.trials.begin(), leader.trials.end());
  if (const auto winner = best(history)) kept.insert(winner->trials.begin(), winner->trials.end());
  for (const int number : history.at_rung(top)) {
    const Trial& trial = history.trial(number);
    if (trial.state != TrialState::kFinished || kept.contains(number)) continue;
    const std::string path = (fs::path("trials") / std::to_string(number) / kWeightsFile).string();
    std::error_code ignored;
    if (fs::remove(folder / path, ignored)) store.remove_artifact(history.study().name, number, path);
  }
}

}  // namespace crescendo
