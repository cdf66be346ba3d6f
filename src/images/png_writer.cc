#include "images/png_writer.h"

#include <png.h>

#include "crescendo/error.h"

namespace crescendo {

std::vector<std::uint8_t> encode_png(const Picture& picture) {
  check(picture.channels == 1 || picture.channels == 3, "a picture is grey or RGB");
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width_px);
  image.height = static_cast<png_uint_32>(picture.height_px);
  image.format = picture.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::vector<std::uint8_t> file(size);
  const int written = png_image_write_to_memory(&image, file.data(), &size, 0, picture.pixels.data(), 0, nullptr);
  check(written != 0, "libpng writes a picture into memory that is large enough");
  file.resize(size);
  return file;
}

}  // namespace crescendo
