#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string_view>

#include "crescendo/images.h"

namespace crescendo {

/// The side that DataSet::decode is asked for when the pictures are wanted at `side_px`, the largest of the sides.
int decoded_side_px(int side_px);

/// One picture file as load_images makes it: the same pixels, bit for bit, as long as every side that it was loaded at
/// with others is at most 256. out: [side_px][side_px][channels].
/// Throws Error: bad input naming the picture as `name` if it is broken; of another kind if it cannot be read at all.
void read_picture(const std::filesystem::path& file, std::string_view name, int side_px, Fit fit, int channels,
                  std::span<std::uint8_t> out);

}  // namespace crescendo
