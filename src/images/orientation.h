#pragma once

#include <cstdint>
#include <span>

#include "crescendo/images.h"

namespace crescendo {

/// The orientation tag (1..8) of an EXIF block, that is, of a JPEG's APP1 segment from "Exif" on; 1 (upright) where
/// the block says nothing that makes sense: a camera's odd metadata is no reason to refuse a picture.
int exif_orientation(std::span<const std::uint8_t> block);

/// Orientations 5..8 exchange width and height.
inline bool lies_on_its_side(int orientation) { return orientation >= 5; }

/// The picture as it is to be looked at.
Picture turned_upright(Picture picture, int orientation);

}  // namespace crescendo
