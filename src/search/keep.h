#pragma once

#include <filesystem>

#include "crescendo/schedule.h"
#include "crescendo/store.h"

namespace crescendo {

/// Removes what no training begins with any more and nobody asked to keep, from the disk and from the store's list,
/// once trial `ended` has ended: the checkpoints and weights of the trials that it went through, except those that a
/// repetition of one of the best `keep` points starts from; and, when it ended at the top rung, the weights of every
/// trial there that is not an execution of one of these points. A schedule that says from which trials it may go on
/// yet is believed: theirs stay, and of those a rung below `ended` the others' go. What shows the mistakes of weights
/// goes with them. Curves and confusion matrices stay: they are small.
void thin_weights(Store& store, const History& history, const std::filesystem::path& folder, int keep,
                  const Schedule& schedule, int ended);

}  // namespace crescendo
