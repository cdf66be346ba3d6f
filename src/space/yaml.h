#pragma once

#include <string_view>

#include "base/json.h"

namespace crescendo {

/// A YAML document as JSON; aliases are filled in. At most 1 MiB, 32 levels and 20,000 values.
///
/// A scalar without quotes is null (~, null, nothing), true, false, a decimal number (1, 1e-4) or a text; those that
/// other readers take for something else (yes, 010, 0x1f, 1_000, 1:30) are refused. Throws Error (bad input) with
/// `what` and the line.
Json parse_yaml(std::string_view text, std::string_view what);

}  // namespace crescendo
