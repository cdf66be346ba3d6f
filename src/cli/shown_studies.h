#pragma once

#include <deque>
#include <string>
#include <vector>

#include "crescendo/report.h"
#include "crescendo/store.h"

namespace crescendo {

/// Studies as snapshots show them, with the histories that these are of.
struct ShownStudies {
  std::deque<History> histories;
  std::vector<ShownStudy> shown;
};

/// Reads these studies, all where none is named. Trials' files are looked for in the folder of the storage's file: in
/// it, where its study.toml is that of the study, else in its subfolder of the study's name.
/// Throws Error (not found) if there is nothing at the URL, no study, or none of a name.
ShownStudies read_shown_studies(const std::string& url, const std::vector<std::string>& names);

/// Puts one study beside the others.
void show_study(Store& store, const std::string& name, const std::string& url, std::filesystem::path folder,
                ShownStudies& studies);

/// Their snapshot, written now; what was left out of it is said on standard error.
std::string snapshot_now(const ShownStudies& studies, int details);

/// The file of a storage, empty where it has none.
std::string storage_file(const std::string& url);

}  // namespace crescendo
