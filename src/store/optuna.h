#pragma once

#include <string>
#include <string_view>

#include "crescendo/study.h"

namespace crescendo {

/// How Optuna writes what our tables share with it.

/// A parameter's full range or choices as its `distribution_json`.
std::string distribution_json(const Parameter& parameter);

/// PRUNED below the top rung, so that Optuna's best trial and plots mean full size.
std::string_view optuna_state(const Study& study, const Trial& trial);

/// `YYYY-MM-DD HH:MM:SS.ffffff`, UTC.
std::string optuna_time(double seconds_since_1970);

}  // namespace crescendo
