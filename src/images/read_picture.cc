#include "images/read_picture.h"

#include <algorithm>

#include "images/file_bytes.h"
#include "images/picture_file.h"
#include "images/rescale.h"

namespace crescendo {
namespace {

// A JPEG may be decoded smaller, and that shows in the rescaled pixels. Below this side every picture is decoded as for
// it, so that the pictures of one side do not depend on which other sides are loaded with them.
constexpr int kDecodedSidePx = 256;

}  // namespace

int decoded_side_px(int side_px) { return std::max(kDecodedSidePx, side_px); }

void read_picture(const std::filesystem::path& file, std::string_view name, int side_px, Fit fit, int channels,
                  std::span<std::uint8_t> out) {
  rescale(decode_picture(read_bytes(file), decoded_side_px(side_px), fit, name), side_px, fit, channels, out);
}

}  // namespace crescendo
