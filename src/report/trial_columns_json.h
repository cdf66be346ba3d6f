#pragma once

#include <set>

#include "base/json.h"
#include "crescendo/history.h"

namespace crescendo {

/// A study's trials as columns; curves only of the trials named.
Json trial_columns_json(const History& history, const std::set<int>& with_curves);

}  // namespace crescendo
