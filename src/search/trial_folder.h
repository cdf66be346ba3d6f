#pragma once

#include <filesystem>
#include <vector>

#include "crescendo/outcome.h"
#include "crescendo/store.h"

namespace crescendo {

/// Where a trial's files lie in the study's folder.
std::filesystem::path trial_folder(const std::filesystem::path& study_folder, int trial);

/// Where a trial leaves files. They are made under another name and appear whole, or not at all. Without a folder of
/// the study it does nothing. What was not published is removed. Throws Error (unavailable) when the disk refuses.
class TrialFolder {
 public:
  TrialFolder(const std::filesystem::path& study_folder, Lease lease);
  ~TrialFolder();
  TrialFolder(const TrialFolder&) = delete;
  TrialFolder& operator=(const TrialFolder&) = delete;

  /// Empty when there is none.
  const std::filesystem::path& working() const { return working_; }

  /// Puts the files in their place, over those of an attempt that died, and lists them.
  std::vector<Artifact> publish();

 private:
  std::filesystem::path study_folder_, final_, working_;
};

}  // namespace crescendo
