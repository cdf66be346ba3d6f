#pragma once

#include <string>

#include "crescendo/history.h"
#include "search/status.h"

namespace crescendo {

/// How a study's status is drawn.
struct StatusLook {
  int columns = 80;  // lines are cut there
  int rows = 0;      // most lines, from 12; 0: any number
  bool unicode = true, colour = false;
};

/// What goes on with a study, on a terminal's page: its state and budget, its rungs, the best point so far, what runs
/// now, and a small curve of the best so far.
std::string status_text(const History& history, const StudyStatus& status, const StatusLook& look);

/// The same in a line that changes only when a trial begins or ends, without its end.
std::string status_line(const History& history, const StudyStatus& status);

}  // namespace crescendo
