#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "crescendo/importance.h"

namespace crescendo {

/// What was found at one fidelity, or of all together.
struct RungImportance {
  std::string name;                 // of the fidelity, for people
  Json fidelity;                    // object
  std::optional<Importance> found;  // none: no trial has a loss
  int trials = 0;
  std::vector<double> ped, permutation;  // [parameter]
};

/// Functional ANOVA of the trials, with PED-ANOVA and permutation importance beside it, where one of them has a loss.
RungImportance analyse(const TrialTable& trials, const ImportanceOptions& options, std::string name, Json fidelity);

/// One of the rungs that `importance --json` prints.
Json rung_importance_json(const Space& space, bool maximize, bool curves, const RungImportance& rung);

struct ImportanceReport {
  const Space& space;
  bool maximize = false;
  bool curves = false;  // whether they are shown
  std::vector<RungImportance> rungs;
  std::optional<RungImportance> together;  // all rungs, with weights
};

/// What `importance --json` prints (docs/formats.md).
Json importance_json(const ImportanceReport& report);

/// The value of a parameter with the lowest mean loss, as users see it.
Value best_value(const Parameter& parameter, const Curve& curve);

}  // namespace crescendo
