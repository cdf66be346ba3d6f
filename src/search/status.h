#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "crescendo/store.h"

namespace crescendo {

struct RunningTrial {
  int trial = 0;
  double seconds = 0;  // of the study's time since it was claimed
};

/// A trial that was better than all before it at its rung, and none had ended at a higher one.
struct BestSoFar {
  double seconds = 0;  // of the study's time when it ended
  int trial = 0;
};

enum class StudyState {
  kRunning,   // a process works on it, or a program was given a trial
  kStopped,   // nobody does, and there is more to do
  kFinished,  // its schedule has nothing more to do
};

/// What goes on with a study, besides what its history says.
struct StudyStatus {
  StudyState state = StudyState::kStopped;
  int processes = 0;                  // that work on it
  double elapsed_seconds = 0;         // of the study, up to now where it runs
  std::vector<RunningTrial> running;  // that somebody executes
  int interrupted = 0;                // whose worker has ended: whoever goes on with the study executes them first
  std::vector<BestSoFar> course;      // in order of time
};

/// running, stopped or finished.
std::string_view state_name(StudyState state);

/// Reads only. `history` is as fresh as it should be; `now`: seconds since 1970. A process counts as long as it runs on
/// this machine, or on another, and has given a sign of itself in the last minute.
StudyStatus read_status(Store& store, const History& history, double now);

/// What `status --json` prints (docs/formats.md).
Json status_json(Store& store, const History& history, const StudyStatus& status, const std::string& url);

}  // namespace crescendo
