#pragma once

#include <optional>
#include <string>

#include "base/json.h"
#include "crescendo/store.h"

namespace crescendo {

/// Everything a store knows of a study now.
History read_history(Store& store, std::string_view study);

/// The only study of a store, or the one named. Throws Error (bad input, not found) naming those there are.
std::string choose_study(Store& store, const std::string& wanted);

/// Mean test error that was recorded for the finalist's executions; none if none was.
std::optional<double> recorded_test_error(Store& store, const std::string& study, const Finalist& finalist);

/// Trials that should have gone on from their parent's checkpoint, and how many of them were trained from the first
/// epoch because there was none that fits.
struct Continued {
  int trials = 0, begun_anew = 0;
};
Continued continued_trials(Store& store, const History& history);

/// What `tune --json` and `best --json` print (docs/formats.md).
Json summary_json(Store& store, const History& history, const std::string& url);

/// What `trials --json` prints (docs/formats.md).
Json trials_json(const History& history);

/// The point of a trial as the TOML that `train` accepts. Throws Error (not found) if there is no such trial or point.
std::string point_toml(const History& history, int trial);

/// That of the best point; without a finished trial, an Error (not found).
std::string best_toml(const History& history);

}  // namespace crescendo
