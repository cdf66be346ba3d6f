#include "images/published.h"

#include <fmt/format.h>

namespace crescendo {

std::string remark_on(std::string_view data_set, std::span<const Counted> counts) {
  std::string differing;
  for (const Counted& count : counts) {
    if (count.here == count.published) continue;
    differing +=
        fmt::format("{}{} {} instead of {}", differing.empty() ? "" : ", ", count.here, count.what, count.published);
  }
  return differing.empty() ? "" : fmt::format("not {} as it was published: {}", data_set, differing);
}

}  // namespace crescendo
