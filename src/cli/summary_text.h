#pragma once

#include <string>

#include "crescendo/images.h"
#include "crescendo/store.h"
#include "objective/cnn.h"

namespace crescendo {

/// "60 trials", "30 min 0 s", or both.
std::string budget_text(const Budget& budget);

/// What `tune` is about to do: pictures, sizes, budget, methods.
std::string plan_text(const Study& study, const DataSet& data, int jobs);

/// Which pictures were broken, and whether the cache could not be written; empty if nothing is to be said.
std::string report_text(const LoadReport& report);

/// The same, and how many pictures were enlarged.
std::string loaded_text(const CnnPictures& pictures, const LoadReport& report);

/// How a search ended: a table of the rungs, the best point and its errors, the files, and what to do next.
std::string result_text(Store& store, const History& history, const std::string& url, const std::string& folder);

/// The table of the rungs alone.
std::string rungs_text(const History& history);

}  // namespace crescendo
