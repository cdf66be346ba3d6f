#pragma once

#include <string>

#include "crescendo/study.h"

namespace crescendo {

/// A loss as users see it: 18.3 % for an error; a program's own value, turned round where it is maximized.
std::string loss_text(const Study& study, double loss);

}  // namespace crescendo
