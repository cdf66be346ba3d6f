#pragma once

#include <string_view>

#include "space/space_file.h"

namespace crescendo {

/// A sweep of Weights & Biases as YAML: its parameters and its metric; the rest is noted and left out. Parameters in
/// parameters are called outer.inner. Throws Error (bad input) for what has no counterpart here, naming the parameter.
SpaceFile parse_wandb_sweep(std::string_view text, std::string_view what);

}  // namespace crescendo
