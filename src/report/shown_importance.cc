#include "report/shown_importance.h"

#include "study/names.h"

namespace crescendo {

RungImportance shown_importance(const History& history, int rung, std::size_t surfaces) {
  const Study& study = history.study();
  ImportanceOptions options;
  options.pairs = options.totals = options.conditions = true;
  options.strongest_surfaces = surfaces;
  return analyse(drawn_trials(trials_at(history, rung), kSnapshotTrials, options.seed), options, rung_name(study, rung),
                 fidelity_json(study.ladder[static_cast<std::size_t>(rung)]));
}

}  // namespace crescendo
