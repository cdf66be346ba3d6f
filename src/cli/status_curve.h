#pragma once

#include <string>
#include <vector>

#include "cli/status_text.h"

namespace crescendo {

/// The lines of a small curve of the best so far, with a heading; none while nothing has finished, or where there is no
/// room.
std::vector<std::string> curve_lines(const History& history, const StudyStatus& status, const StatusLook& look);

}  // namespace crescendo
