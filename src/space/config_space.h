#pragma once

#include <string_view>

#include "space/space_file.h"

namespace crescendo {

/// A space as ConfigSpace writes it to JSON: versions 0.4 to 1.2 of it, formats 0.1 to 0.4.
///
/// Parameters come in the file's order, except that one whose conditions name another stands behind it. Throws Error
/// (bad input) for what has no counterpart here, naming the parameter.
SpaceFile parse_config_space(std::string_view text, std::string_view what);

}  // namespace crescendo
