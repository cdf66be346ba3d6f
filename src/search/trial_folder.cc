#include "search/trial_folder.h"

#include <fmt/format.h>

#include "crescendo/error.h"

namespace crescendo {
namespace fs = std::filesystem;

fs::path trial_folder(const fs::path& study_folder, int trial) {
  return study_folder / "trials" / std::to_string(trial);
}

TrialFolder::TrialFolder(const fs::path& study_folder, Lease lease) {
  if (study_folder.empty()) return;
  const auto working = [&](int attempt) {
    return study_folder / "trials" / fmt::format(".{}-{}", lease.trial, attempt);
  };
  // What earlier attempts, whose workers died or lost the lease, had begun.
  std::error_code failed;
  for (int attempt = 1; attempt <= lease.attempt; ++attempt) fs::remove_all(working(attempt), failed);
  study_folder_ = study_folder;
  final_ = trial_folder(study_folder, lease.trial);
  working_ = working(lease.attempt);
  fs::create_directories(working_, failed);
  if (failed) unavailable(fmt::format("cannot make the folder {}: {}", working_.string(), failed.message()));
}

TrialFolder::~TrialFolder() {
  std::error_code ignored;
  if (!working_.empty()) fs::remove_all(working_, ignored);
}

std::vector<Artifact> TrialFolder::publish() {
  std::vector<Artifact> artifacts;
  if (working_.empty()) return artifacts;
  std::error_code failed;
  for (const auto& file : fs::directory_iterator(working_, failed)) {
    artifacts.push_back({fs::relative(final_ / file.path().filename(), study_folder_).string(), file.file_size()});
  }
  if (!failed) fs::remove_all(final_, failed);
  if (!failed) fs::rename(working_, final_, failed);
  if (failed) unavailable(fmt::format("cannot write {}: {}", final_.string(), failed.message()));
  working_.clear();
  return artifacts;
}

}  // namespace crescendo
