#pragma once

#include <span>

#include "crescendo/rng.h"
#include "train/random_streams.h"

namespace crescendo {

/// Makes the order in which epoch `epoch` (from 1) of a training run visits its pictures out of the epoch's before; the
/// first is made of the training pictures as they were given.
inline void shuffle_for_epoch(std::span<int> order, std::uint64_t seed, int epoch) {
  Rng(seed, {kOrderStream, static_cast<std::uint64_t>(epoch)}).shuffle(order);
}

}  // namespace crescendo
