#pragma once

#include "base/json.h"
#include "train/training_plan.h"

namespace crescendo {

/// Shapes and plans as they stand in the headers of files (docs/formats.md). Reading throws Json::exception for fields
/// that are missing or of another type, and Error (bad input) for a network that cannot be. What a later version added
/// may be missing and is then off.
Json to_json(const NetworkShape& shape);
NetworkShape shape_from_json(const Json& json);
Json to_json(const TrainingPlan& plan);
TrainingPlan plan_from_json(const Json& json);

}  // namespace crescendo
