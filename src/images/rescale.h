#pragma once

#include <cstdint>
#include <span>

#include "crescendo/images.h"

namespace crescendo {

/// The centre square of a picture, `side_px` wide, in `channels` (1 grey or 3 RGB) channels.
/// out: [side_px][side_px][channels].
///
/// Shrinking averages what each new pixel covers, parts of old pixels included; enlarging is bilinear between pixel
/// centres. Grey is made by ITU-R BT.601 weights (0.299, 0.587, 0.114). All sums are of integers and rounded once,
/// so the result is exact and the same on every machine. An odd margin is cut one pixel shorter on the left or top.
void rescale(const Picture& picture, int side_px, int channels, std::span<std::uint8_t> out);

/// Whether `rescale` to that side enlarges.
bool is_enlarged(const Picture& picture, int side_px);

}  // namespace crescendo
