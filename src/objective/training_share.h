#pragma once

#include <vector>

#include "crescendo/images.h"

namespace crescendo {

/// The training pictures of a rung that trains on a share of them: of each class that share, rounded, at least one,
/// drawn without regard to a study's seed, so that a smaller share's are among a larger one's. Indices into the set,
/// ascending; 1: all. share in (0, 1].
std::vector<int> training_share(const ImageSet& images, double share);

}  // namespace crescendo
