#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace crescendo {

enum class ClassWeighting : std::uint8_t { kNone, kBalanced };
inline constexpr std::array<std::string_view, 2> kClassWeightingNames = {"none", "balanced"};

/// The factor of a training picture's loss, by its class: empty for kNone. Balanced: pictures / (classes there are *
/// pictures of the class), so that every class counts alike and the mean over the pictures is 1; a class without
/// pictures has 0.
std::vector<float> class_weights(ClassWeighting weighting, int classes, std::span<const int> labels);

}  // namespace crescendo
