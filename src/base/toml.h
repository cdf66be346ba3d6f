#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace crescendo {

/// A TOML document as JSON, so that one reader serves both. Dates are refused; infinities and NaN too.
/// `{ null = true }` stands for null. Throws Error (bad input) with `what`, line and column.
Json parse_toml(std::string_view text, std::string_view what);

/// An object as TOML, keys in their order: plain values first, then [tables] and [[arrays of tables]].
/// TOML has no null: a field that is null is left out, one in a list becomes `{ null = true }`.
std::string to_toml(const Json& object);

}  // namespace crescendo
