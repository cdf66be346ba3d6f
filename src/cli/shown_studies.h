#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crescendo/report.h"
#include "crescendo/store.h"

namespace crescendo {

/// A study as pictures show it; `folder`: where its trials left their files, empty where that is not wanted.
ShownStudy shown_study(Store& store, const std::string& name, const std::string& url, std::filesystem::path folder);

/// These studies, all where none is named, without their trials' files. Throws Error (not found) if there is no study,
/// or none of a name.
std::vector<ShownStudy> read_shown_studies(Store& store, const std::string& url, const std::vector<std::string>& names);

/// Looks for their trials' files in the folder of the storage's file: in it, where its study.toml is that of the study,
/// else in its subfolder of the study's name. That a study.toml cannot be read is said on standard error.
void find_trial_folders(const std::string& url, std::vector<ShownStudy>& studies);

}  // namespace crescendo
