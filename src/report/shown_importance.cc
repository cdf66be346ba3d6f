#include "report/shown_importance.h"

#include "study/names.h"

namespace crescendo {
namespace {

constexpr std::size_t kPairParameters = 40;  // the pairs of a hundred would take a minute a rung

}  // namespace

RungImportance shown_importance(const History& history, int rung, std::size_t surfaces) {
  const Study& study = history.study();
  ImportanceOptions options;
  options.conditions = true;
  options.pairs = options.totals = study.space.size() <= kPairParameters;
  if (options.pairs) options.strongest_surfaces = surfaces;
  return analyse(drawn_trials(trials_at(history, rung), kImportanceTrials, options.seed), options,
                 rung_name(study, rung), fidelity_json(study.ladder[static_cast<std::size_t>(rung)]));
}

}  // namespace crescendo
