#pragma once

#include <cstdint>

namespace crescendo {

// Keys of the independent random streams that one training seed gives.
inline constexpr std::uint64_t kWeightStream = 1;
inline constexpr std::uint64_t kOrderStream = 2;         // followed by the epoch
inline constexpr std::uint64_t kAugmentationStream = 3;  // followed by the epoch and the picture's place in its order
inline constexpr std::uint64_t kDropoutStream = 4;       // followed by the step

}  // namespace crescendo
