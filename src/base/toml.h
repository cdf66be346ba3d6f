#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace crescendo {

/// A TOML document as JSON, so that one reader serves both. Dates are refused; infinities and NaN too.
/// Throws Error (bad input) with `what`, line and column.
Json parse_toml(std::string_view text, std::string_view what);

/// An object as TOML, keys in their order: plain values first, then [tables] and [[arrays of tables]].
/// Nulls are left out, for TOML has none. Objects inside arrays of mixed content are written inline.
std::string to_toml(const Json& object);

}  // namespace crescendo
