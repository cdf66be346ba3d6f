#pragma once

#include <cstdint>
#include <span>

#include "crescendo/images.h"

namespace crescendo {

/// A picture made a square of `side_px`, in `channels` (1 grey or 3 RGB) channels. out: [side_px][side_px][channels].
///
/// Crop: its centre square. Pad: the whole picture in the centre of a square as wide as its longer side, the rest of
/// which has the picture's mean colour (each channel's mean, rounded). A new pixel on the picture's border mixes both
/// by what it covers of them, so the picture keeps its proportions exactly, however thin it becomes.
///
/// Shrinking averages what each new pixel covers, parts of old pixels included; enlarging is bilinear between pixel
/// centres. Grey is made by ITU-R BT.601 weights (0.299, 0.587, 0.114). All sums are of integers and rounded once,
/// so the result is exact and the same on every machine. An odd margin is cut one pixel shorter on the left or top; a
/// padded one is the same on both sides, half pixels included.
void rescale(const Picture& picture, int side_px, Fit fit, int channels, std::span<std::uint8_t> out);

/// Whether `rescale` to that side enlarges.
bool is_enlarged(const Picture& picture, int side_px, Fit fit);

}  // namespace crescendo
