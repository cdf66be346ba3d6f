#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace crescendo {

/// So many are here, and so many are in the data set as it was published.
struct Counted {
  std::string_view what;
  std::size_t here, published;
};

/// DataSet::remark of a data set with these counts: those that differ, or nothing. A part of a data set is no error, as
/// what is here agrees with itself; but its results are not those of the whole.
std::string remark_on(std::string_view data_set, std::span<const Counted> counts);

}  // namespace crescendo
