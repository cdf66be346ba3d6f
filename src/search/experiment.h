#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "crescendo/study.h"
#include "search/ladder.h"

namespace crescendo {

/// One study of an experiment, as its labels say: names of the experiment's tables, or of schedules and samplers.
struct ExperimentCell {
  std::string objective, ladder, schedule, sampler;
  std::uint64_t seed = 0;
  Budget budget;

  /// That of its study, in the experiment's storage: the labels joined.
  std::string name() const;
};

/// What the points of a cell are tried on.
struct ExperimentObjective {
  Named objective;
  std::filesystem::path space;  // a file of parameters; empty: the objective's own, which programs have not
  bool maximize = false;
};

/// A grid of objectives, ladders, schedules, samplers and seeds (docs/formats.md).
struct Experiment {
  std::string name;
  int retrain = 0;  // times that each cell's best point is trained again for its test error
  std::map<std::string, ExperimentObjective> objectives;
  std::map<std::string, std::vector<Fidelity>> ladders;
  std::map<std::string, Named> schedules, samplers;  // all that the cells name
  std::vector<ExperimentCell> cells;                 // each once; all of a seed before the next

  /// What a cell's row begins with: the experiment's name, the cell's labels, and under "settings" what its tables say
  /// of ladder, schedule, sampler, budget and retraining.
  Json labels(const ExperimentCell& cell) const;
};

/// Reads the TOML of an experiment; paths in it are relative to `folder`. Throws Error (bad input) for what is unknown
/// or missing: fields, names that no table and no family has, and options of schedules and samplers.
Experiment parse_experiment(std::string_view toml, std::string_view what, const std::filesystem::path& folder);

}  // namespace crescendo
