#include "images/orientation.h"

#include <algorithm>
#include <string_view>

namespace crescendo {
namespace {

// The numbers of a TIFF block, in the byte order that its first two letters name.
class TiffBlock {
 public:
  explicit TiffBlock(std::span<const std::uint8_t> bytes) : bytes_(bytes), big_(bytes.size() > 1 && bytes[0] == 'M') {}

  // 0 beyond the end: no offset, count or tag that is looked for is 0.
  std::uint32_t number(std::size_t offset, std::size_t size) const {
    if (offset > bytes_.size() || bytes_.size() - offset < size) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8 | bytes_[offset + (big_ ? i : size - 1 - i)];
    return value;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  bool big_;
};

}  // namespace

int exif_orientation(std::span<const std::uint8_t> block) {
  constexpr std::string_view kStart{"Exif\0\0", 6};
  if (block.size() < kStart.size() || !std::equal(kStart.begin(), kStart.end(), block.begin())) return 1;
  const TiffBlock tiff(block.subspan(kStart.size()));
  if (tiff.number(2, 2) != 42) return 1;

  constexpr std::size_t kEntryBytes = 12;
  constexpr std::uint32_t kOrientationTag = 0x0112, kShort = 3;
  const std::size_t directory = tiff.number(4, 4);
  const std::size_t entries = tiff.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (tiff.number(entry, 2) != kOrientationTag || tiff.number(entry + 2, 2) != kShort) continue;
    const std::uint32_t orientation = tiff.number(entry + 8, 2);
    return orientation >= 1 && orientation <= 8 ? static_cast<int>(orientation) : 1;
  }
  return 1;
}

Picture turned_upright(Picture picture, int orientation) {
  if (orientation <= 1 || orientation > 8) return picture;
  const int width = picture.width_px, height = picture.height_px, channels = picture.channels;
  Picture turned{width, height, channels, std::vector<std::uint8_t>(picture.pixels.size())};
  if (lies_on_its_side(orientation)) std::swap(turned.width_px, turned.height_px);

  // What stands at (x, y) of the upright picture, by orientation: the table of EXIF 2.3, section 4.6.4.
  const bool swapped = lies_on_its_side(orientation);
  const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  std::uint8_t* out = turned.pixels.data();
  for (int y = 0; y < turned.height_px; ++y) {
    for (int x = 0; x < turned.width_px; ++x, out += channels) {
      int column = swapped ? y : x, row = swapped ? x : y;
      if (from_right) column = width - 1 - column;
      if (from_bottom) row = height - 1 - row;
      const std::size_t from = (static_cast<std::size_t>(row) * width + column) * channels;
      std::copy_n(picture.pixels.data() + from, channels, out);
    }
  }
  return turned;
}

}  // namespace crescendo
