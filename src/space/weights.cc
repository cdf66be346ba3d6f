#include "space/weights.h"

#include <fmt/format.h>

#include <algorithm>

namespace crescendo {

void leave_out_weights(const Json& weights, std::size_t choices, const std::string& what,
                       std::vector<std::string>& notes) {
  const bool above_0 = weights.is_array() && std::all_of(weights.begin(), weights.end(), [](const Json& weight) {
                         return weight.is_number() && weight.get<double>() > 0;
                       });
  if (!above_0 || weights.size() != choices) {
    bad_input(
        fmt::format("{}: its weights must be {} numbers above 0, one for each choice; leave out a choice that is never "
                    "wanted",
                    what, choices));
  }
  const bool equal = std::all_of(weights.begin(), weights.end(), [&](const Json& w) { return w == weights.front(); });
  if (!equal) notes.push_back(what + ": the weights of its choices are not used, all are equally likely");
}

}  // namespace crescendo
