#pragma once

#include <string>

#include "crescendo/study.h"

namespace crescendo {

/// Whether the study's losses are errors of a network on pictures, in 0..1.
bool trains_pictures(const Study& study);

/// What users call the loss: "error", or the field of a program's answer.
std::string loss_name(const Study& study);

/// A loss as users see it: 18.3 % for an error; a program's own value, turned round where it is maximized.
std::string loss_text(const Study& study, double loss);

}  // namespace crescendo
