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

struct ImportanceReport {
  const Space& space;
  bool maximize = false;
  bool curves = false;  // whether they are shown
  std::vector<RungImportance> rungs;
  std::optional<RungImportance> together;  // all rungs, with weights
};

/// What `importance --json` prints (docs/formats.md).
Json importance_json(const ImportanceReport& report);

/// Tables for people.
std::string importance_text(const ImportanceReport& report);

/// The value of a parameter with the lowest mean loss, as users see it.
Value best_value(const Parameter& parameter, const Curve& curve);

}  // namespace crescendo
