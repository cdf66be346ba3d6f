#pragma once

#include "base/json.h"
#include "crescendo/report.h"

namespace crescendo {

/// The same as snapshot(), for code that goes on with it.
Json snapshot_json(std::span<const ShownStudy> studies, const SnapshotOptions& options,
                   std::vector<std::string>& notes);

}  // namespace crescendo
