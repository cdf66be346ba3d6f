#include "objective/training_share.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "crescendo/rng.h"

namespace crescendo {

std::vector<int> training_share(const ImageSet& images, double share) {
  constexpr std::uint64_t kShareStream = 0x7368617265;  // "share"
  const std::vector<int> all = images.indices(Part::kTraining);
  if (share >= 1) return all;
  std::vector<std::vector<int>> classes(images.classes.size());
  for (const int i : all) classes[static_cast<std::size_t>(images.labels[static_cast<std::size_t>(i)])].push_back(i);
  std::vector<int> kept;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    std::vector<int>& pictures = classes[label];
    if (pictures.empty()) continue;
    Rng(0, {kShareStream, label}).shuffle(std::span(pictures));
    const auto wanted = static_cast<std::size_t>(std::llround(share * static_cast<double>(pictures.size())));
    const auto count = static_cast<std::ptrdiff_t>(std::clamp(wanted, std::size_t{1}, pictures.size()));
    kept.insert(kept.end(), pictures.begin(), pictures.begin() + count);
  }
  std::sort(kept.begin(), kept.end());
  return kept;
}

}  // namespace crescendo
