#pragma once

#include <string>
#include <string_view>

#include "crescendo/importance.h"

namespace crescendo {

/// Trials from elsewhere as comma-separated values (RFC 4180): a heading, then a line a trial. A column for each
/// parameter of the space, in any order, empty where it is not active, and `loss`, empty or no finite number where the
/// trial failed; other columns are passed over, and so are values of parameters that their conditions say are not
/// active. With `maximize` larger is better. Throws Error (bad input) naming the line and what would be accepted.
TrialTable read_csv(std::string_view text, const std::string& what, const Space& space, bool maximize);

}  // namespace crescendo
