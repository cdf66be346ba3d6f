#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace crescendo {

/// What another program said, on one line and safe to show and to store: UTF-8 stays; control bytes and bytes that are
/// not UTF-8 become \n, \t, \x1b, \xff. Of a text above `most_bytes` the beginning, then "...".
std::string printable(std::string_view text, std::size_t most_bytes);

}  // namespace crescendo
