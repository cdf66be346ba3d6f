#pragma once

#include <filesystem>

#include "crescendo/store.h"

namespace crescendo {

/// Removes the weights of every top-rung trial that is not an execution of one of the best `keep` points, from the
/// disk and from the store's list. Curves and confusion matrices stay: they are small.
void thin_weights(Store& store, const History& history, const std::filesystem::path& folder, int keep);

}  // namespace crescendo
