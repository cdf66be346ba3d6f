#include <cstddef>
#include <cstdint>
#include <vector>

#include "crescendo/error.h"
#include "images/picture_file.h"
#include "images/rescale.h"

// A picture file of any contents is decoded and rescaled, or refused with an Error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kSidePx = 24, kChannels = 3;
  // A header of a few bytes may promise a hundred megapixels. They are decoded in bounded memory, but too slowly for a
  // fuzzer.
  constexpr std::int64_t kMaxPixels = 1'000'000;
  try {
    const crescendo::PictureHeader header = crescendo::read_picture_header({data, size}, "seed");
    if (std::int64_t{header.width_px} * header.height_px > kMaxPixels) return 0;
    for (const crescendo::Fit fit : {crescendo::Fit::kCrop, crescendo::Fit::kPad}) {
      const crescendo::Picture picture = crescendo::decode_picture({data, size}, kSidePx, fit, "seed");
      std::vector<std::uint8_t> pixels(kSidePx * kSidePx * kChannels);
      crescendo::rescale(picture, kSidePx, fit, kChannels, pixels);
    }
  } catch (const crescendo::Error&) {
  }
  return 0;
}
