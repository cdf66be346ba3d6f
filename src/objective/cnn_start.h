#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "crescendo/objective.h"
#include "train/checkpoint.h"

namespace crescendo {

/// What a trial's training begins with.
struct CnnStart {
  std::optional<Checkpoint> checkpoint;  // of its parent, to go on from; whether it fits is for the trainer to say,
                                         // unless the trial is perturbed
  std::vector<float> weights;            // in the plain order, to begin with; empty: drawn by the plan's seed
};

/// The name of the file in a trial's folder that a promotion goes on from (src/train/checkpoint_file.h).
inline constexpr std::string_view kCheckpointFile = "checkpoint.crcp";

/// Whether the trial goes on from its parent; else it starts from its weights, or begins anew.
bool goes_on(const Assignment& assignment);

/// Reads what the trial's line has left. A checkpoint that is not there or broken is none: a training from the first
/// epoch comes to the same. Throws Error (not found) if that cannot be, because it would begin with weights that are
/// not there either, or its training was perturbed; and (bad input) where a perturbed trial's checkpoint has another
/// network.
CnnStart read_start(const Assignment& assignment, const TrainingPlan& plan);

/// Throws Error (not found) unless the trial's training can be done from the first epoch.
void require_beginning(const Assignment& assignment);

/// The epochs over which a rung's learning rates are spread: those of the last rung that goes on from it.
int schedule_epochs(const Study& study, int rung);

}  // namespace crescendo
