#pragma once

#include <cstdint>

namespace crescendo {

// Keys of the independent random streams that one training seed gives.
inline constexpr std::uint64_t kWeightStream = 1;
inline constexpr std::uint64_t kOrderStream = 2;  // followed by the epoch

}  // namespace crescendo
