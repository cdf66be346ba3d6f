#include "train/warm_start.h"

#include <algorithm>

#include "crescendo/error.h"

namespace crescendo {

std::vector<float> with_convolutions(const NetworkShape& shape, std::vector<float> fresh, const NetworkShape& from,
                                     std::span<const float> weights) {
  check(fresh.size() == parameter_count(shape) && weights.size() == parameter_count(from),
        "weights are those of their shapes");
  if (shape.channels != from.channels || shape.batch_norm != from.batch_norm) return fresh;
  std::size_t count = 0, inputs = static_cast<std::size_t>(shape.channels);
  for (std::size_t i = 0; i < std::min(shape.conv.size(), from.conv.size()); ++i) {
    const auto filters = static_cast<std::size_t>(shape.conv[i].filters);
    const auto size = static_cast<std::size_t>(shape.conv[i].size);
    if (shape.conv[i].filters != from.conv[i].filters || shape.conv[i].size != from.conv[i].size) break;
    count += filters * (inputs * size * size + 1 + (shape.batch_norm ? 4 : 0));
    inputs = filters;
  }
  std::copy_n(weights.begin(), count, fresh.begin());
  return fresh;
}

}  // namespace crescendo
