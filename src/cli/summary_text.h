#pragma once

#include <string>
#include <vector>

#include "crescendo/images.h"
#include "crescendo/store.h"
#include "objective/cnn.h"

namespace crescendo {

/// "60 trials, at most 30 min 0 s", "epoch 2600 in all, until 0.05 is reached" and the like.
std::string budget_text(const Budget& budget);

/// What `tune` is about to do: pictures, sizes, budget, methods.
std::string plan_text(const Study& study, const DataSet& data, int jobs);

/// The line of it that says how is searched.
std::string search_text(const Study& study, int jobs);

/// Which pictures were broken, and whether the cache could not be written; empty if nothing is to be said.
std::string report_text(const LoadReport& report);

/// What a reader should know of the data set, in a line; empty where there is nothing.
std::string remark_text(const DataSet& data);

/// The same, and how many pictures were enlarged.
std::string loaded_text(const CnnPictures& pictures, const LoadReport& report);

/// What a search leaves.
struct Kept {
  std::string url;                              // of its store
  std::string folder;                           // empty: nothing is kept
  std::vector<std::vector<std::string>> files;  // in the folder, each with what it is
};

/// How a search ended: a table of the rungs, the best point and its losses, the files, and what to do next.
std::string result_text(Store& store, const History& history, const Kept& kept);

/// The table of the rungs alone.
std::string rungs_text(const History& history);

}  // namespace crescendo
