#include "train/class_weights.h"

#include <algorithm>
#include <cstddef>

namespace crescendo {

std::vector<float> class_weights(ClassWeighting weighting, int classes, std::span<const int> labels) {
  if (weighting == ClassWeighting::kNone) return {};
  std::vector<std::ptrdiff_t> counts(classes);
  for (const int label : labels) ++counts[label];
  const auto present = classes - std::count(counts.begin(), counts.end(), 0);
  std::vector<float> weights;
  for (const std::ptrdiff_t count : counts) {
    const double balanced =
        static_cast<double>(labels.size()) / (static_cast<double>(present) * static_cast<double>(count));
    weights.push_back(count > 0 ? static_cast<float>(balanced) : 0.0f);
  }
  return weights;
}

}  // namespace crescendo
