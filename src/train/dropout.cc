#include "train/dropout.h"

#include "crescendo/rng.h"

namespace crescendo {

void dropout_factors(double dropout, std::uint64_t noise, std::size_t layer, std::size_t picture,
                     std::span<float> factors) {
  Rng rng(noise, {layer, picture});
  const float stays = dropout_scale(dropout);
  for (float& factor : factors) factor = rng.uniform() < dropout ? 0.0f : stays;
}

}  // namespace crescendo
