#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crescendo/history.h"

namespace crescendo {

/// A study as it is shown: its history, and what that does not hold.
struct ShownStudy {
  const History& history;
  std::string storage;               // the store's URL; a password in it is not shown
  std::optional<double> test_error;  // of the best point
  std::filesystem::path folder;      // where its trials left their files; empty: nowhere
};

struct SnapshotOptions {
  int details = 20;     // trials of each study whose files are put in, the best ones
  std::string written;  // when, as in 2026-11-26T20:00:00Z
  std::string program;  // and by what, as in "crescendo 0.1.0"
};

struct Snapshot {
  std::string json;                // one line (docs/formats.md)
  std::vector<std::string> notes;  // files that were left out, a sentence each
};

/// Everything that a picture of these studies is drawn from.
///
/// Pure but for the files of the best trials. Cost: seconds for a study of 20,000 trials, almost all of it importance,
/// for which at most kSnapshotTrials of a rung are looked at.
Snapshot snapshot(std::span<const ShownStudy> studies, const SnapshotOptions& options);

inline constexpr std::size_t kSnapshotTrials = 1000;

/// The page that draws a snapshot, with this one in it: a file of its own that needs nothing else.
std::string report_page(std::string_view snapshot_json);

}  // namespace crescendo
