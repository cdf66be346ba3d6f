#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/flags.h"
#include "crescendo/report.h"

namespace crescendo {

/// Which studies of a storage a snapshot is taken of, as the commands that take one ask for it.
struct SnapshotRequest {
  std::string storage, out;
  std::vector<std::string> studies;
  int details = SnapshotOptions{}.details;
};

/// --storage, --study and --details.
void declare_snapshot_request(Flags& command, SnapshotRequest& request);

/// The snapshot of these studies, written now, without `importance` if that is to be quick; what was left out of it is
/// said on standard error.
std::string snapshot_now(std::span<const ShownStudy> studies, int details, bool importance = true);

/// Reads what is asked for. Throws Error if there is none such, or if `out` must not be written over.
std::string take_snapshot(const SnapshotRequest& request);

}  // namespace crescendo
