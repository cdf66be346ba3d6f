#include "search/keep.h"

#include <algorithm>
#include <set>

#include "objective/cnn.h"
#include "objective/cnn_start.h"
#include "objective/mistakes.h"
#include "search/lineage.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

class Thinning {
 public:
  Thinning(Store& store, const History& history, const fs::path& folder, const Schedule& schedule, int keep)
      : store_(store), history_(history), folder_(folder), schedule_(schedule) {
    const int top = history.study().top();
    // The leaders that will be repeated start from the same weights.
    keep = std::max(keep, planned_finalists(history.study()));
    for (const Finalist& leader : leaders(history, top, keep)) kept_.insert(leader.trials.begin(), leader.trials.end());
    if (const auto winner = best(history)) kept_.insert(winner->trials.begin(), winner->trials.end());
    for (const int number : kept_) {
      Trial repeat = history.trial(number);
      if (repeat.tag.repeat <= 0) {
        repeat.parent = number;
        repeat.tag.repeat = 1;
        repeat.box.reset();
      }
      for (const Trial& start : lineage(history, repeat)) kept_starts_.insert(start.number);
    }
  }

  void thin_line(const Trial& ended) {
    const Study& study = history_.study();
    const bool may_go_on =
        ended.state == TrialState::kFinished && ended.rung < study.top() && study.goes_on(ended.rung, ended.rung + 1);
    for (const Trial& before : lineage(history_, ended)) {
      // What the whole line started from, its repetitions at the top will start from too.
      if (may_go_on && !study.goes_on(before.rung, ended.rung)) continue;
      if (!schedule_.may_go_on_from(history_, before.number).value_or(false)) remove_start(before);
    }
  }

  // Whatever the schedule says it has no more use for, though no trial may ever have gone on from it.
  void thin_rung(int rung) {
    for (const int number : history_.at_rung(rung)) {
      const Trial& trial = history_.trial(number);
      const bool ended = trial.state == TrialState::kFinished;
      if (ended && !schedule_.may_go_on_from(history_, number).value_or(true)) remove_start(trial);
    }
  }

  void thin_top() {
    for (const int number : history_.at_rung(history_.study().top())) {
      const Trial& trial = history_.trial(number);
      if (trial.state != TrialState::kFinished || kept_.contains(number)) continue;
      if (remove_weights(number)) thin_line(trial);
    }
  }

 private:
  void remove_start(const Trial& trial) {
    const auto children = history_.children(trial.number);
    const bool is_used = std::any_of(children.begin(), children.end(),
                                     [&](int child) { return history_.trial(child).state == TrialState::kRunning; });
    if (is_used || trial.rung == history_.study().top() || kept_starts_.contains(trial.number)) return;
    remove(trial.number, kCheckpointFile);
    remove_weights(trial.number);
  }

  bool remove_weights(int number) {
    remove(number, kMistakesFile);
    return remove(number, kWeightsFile);
  }

  bool remove(int number, std::string_view file) {
    const std::string path = (fs::path("trials") / std::to_string(number) / file).string();
    std::error_code ignored;
    if (!fs::remove(folder_ / path, ignored)) return false;
    store_.remove_artifact(history_.study().name, number, path);
    return true;
  }

  Store& store_;
  const History& history_;
  const fs::path& folder_;
  const Schedule& schedule_;
  std::set<int> kept_;         // executions of the best points
  std::set<int> kept_starts_;  // whose weights a repetition of one of these starts from
};

}  // namespace

void thin_weights(Store& store, const History& history, const fs::path& folder, int keep, const Schedule& schedule,
                  int ended) {
  const Trial& trial = history.trial(ended);
  const bool is_top = trial.rung == history.study().top();
  if (!is_top && lineage(history, trial).empty()) return;
  Thinning thinning(store, history, folder, schedule, keep);
  if (is_top) thinning.thin_top();
  thinning.thin_line(trial);
  if (trial.rung > 0) thinning.thin_rung(trial.rung - 1);
}

}  // namespace crescendo
