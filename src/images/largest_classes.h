#pragma once

#include <memory>

#include "crescendo/images.h"

namespace crescendo {

/// The `count` classes of a data set that have most training pictures (of as many, the one that comes first), in their
/// old order. Throws Error (bad input) if there are fewer.
std::unique_ptr<DataSet> largest_classes(std::unique_ptr<DataSet> data, int count);

}  // namespace crescendo
