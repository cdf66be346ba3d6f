#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "crescendo/error.h"

namespace crescendo {

/// The enumerator whose name stands at its place in `names`. Throws Error (bad input) that says where it was read,
/// calls the family `what` and lists the names.
template <class Enum, std::size_t kCount>
Enum from_name(const std::array<std::string_view, kCount>& names, std::string_view name, std::string_view what,
               std::string_view where) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    bad_input(fmt::format("{}: no {} '{}'; there are: {}", where, what, name, fmt::join(names, " ")));
  }
  return static_cast<Enum>(found - names.begin());
}

}  // namespace crescendo
