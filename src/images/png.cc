#include "images/png.h"

#include <fmt/format.h>
#include <png.h>

#include <algorithm>
#include <csetjmp>
#include <cstring>

#include "crescendo/error.h"

namespace crescendo {
namespace {

// As in jpeg.cc: libpng's errors jump back to the method that called it, which holds nothing with a destructor.
class PngReader {
 public:
  PngReader(std::span<const std::uint8_t> file, std::string_view name) : file_(file), name_(name) {}
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  Picture decode();

 private:
  static void jump_back(png_structp png, png_const_charp message);
  static void ignore(png_structp, png_const_charp) {}
  static void take(png_structp png, png_bytep out, std::size_t count);

  void start();
  void read_rows(std::uint8_t* pixels);
  [[noreturn]] void fail() const { bad_input(fmt::format("'{}' is not a sound PNG file: {}", name_, message_)); }

  std::span<const std::uint8_t> file_;  // what is still to be read
  std::string_view name_;
  std::jmp_buf back_;
  char message_[256] = "out of memory";
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

void PngReader::jump_back(png_structp png, png_const_charp message) {
  auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
  std::strncpy(reader->message_, message, sizeof reader->message_ - 1);
  std::longjmp(reader->back_, 1);
}

void PngReader::take(png_structp png, png_bytep out, std::size_t count) {
  auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
  if (reader->file_.size() < count) png_error(png, "the file ends too early");
  std::copy_n(reader->file_.data(), count, out);
  reader->file_ = reader->file_.subspan(count);
}

void PngReader::start() {
  if (setjmp(back_)) fail();
  png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, &PngReader::jump_back, &PngReader::ignore);
  if (png_ != nullptr) info_ = png_create_info_struct(png_);
  if (info_ == nullptr) fail();
  png_set_read_fn(png_, this, &PngReader::take);
  png_read_info(png_, info_);
  png_set_expand(png_);  // palettes, fewer than 8 bits, transparent colours
  png_set_strip_16(png_);
  png_set_interlace_handling(png_);
  png_read_update_info(png_, info_);
}

void PngReader::read_rows(std::uint8_t* pixels) {
  if (setjmp(back_)) fail();
  const std::size_t row_bytes = png_get_rowbytes(png_, info_);
  const png_uint_32 height = png_get_image_height(png_, info_);
  const int passes = png_get_interlace_type(png_, info_) == PNG_INTERLACE_NONE ? 1 : PNG_INTERLACE_ADAM7_PASSES;
  for (int pass = 0; pass < passes; ++pass) {
    for (png_uint_32 y = 0; y < height; ++y) png_read_row(png_, pixels + y * row_bytes, nullptr);
  }
  png_read_end(png_, nullptr);
}

// values: [pixels][channels + 1], the last being the opacity, squeezed in place to [pixels][channels].
void blend_on_white(std::vector<std::uint8_t>& values, std::size_t channels) {
  std::uint8_t* out = values.data();
  for (const std::uint8_t* in = values.data(); in != values.data() + values.size(); in += channels + 1) {
    const int opacity = in[channels];
    for (std::size_t c = 0; c < channels; ++c) {
      *out++ = static_cast<std::uint8_t>((in[c] * opacity + 255 * (255 - opacity) + 127) / 255);
    }
  }
  values.resize(static_cast<std::size_t>(out - values.data()));
}

Picture PngReader::decode() {
  start();
  Picture picture{static_cast<int>(png_get_image_width(png_, info_)),
                  static_cast<int>(png_get_image_height(png_, info_)),
                  png_get_channels(png_, info_),
                  {}};
  check_picture_size(picture.width_px, picture.height_px, name_);
  picture.pixels.resize(png_get_rowbytes(png_, info_) * picture.height_px);
  read_rows(picture.pixels.data());
  if (picture.channels % 2 == 0) blend_on_white(picture.pixels, static_cast<std::size_t>(--picture.channels));
  return picture;
}

std::int64_t big_endian(const std::uint8_t* bytes) {
  return std::int64_t{bytes[0]} << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

}  // namespace

PictureHeader read_png_header(std::span<const std::uint8_t> file, std::string_view name) {
  // Signature (8 bytes), length and name of the first chunk (4 each), then width, height, bit depth, colour type.
  constexpr std::size_t kWidth = 16, kHeight = 20, kColourType = 25, kEnd = 33;
  if (file.size() < kEnd || std::memcmp(file.data() + 12, "IHDR", 4) != 0) {
    bad_input(fmt::format("'{}' is not a sound PNG file: it has no header in its first {} bytes", name, kEnd));
  }
  const std::int64_t width = big_endian(file.data() + kWidth), height = big_endian(file.data() + kHeight);
  if (width == 0 || height == 0) bad_input(fmt::format("'{}' is not a sound PNG file: it has no pixels", name));
  check_picture_size(width, height, name);
  const bool colour = (file[kColourType] & PNG_COLOR_MASK_COLOR) != 0;
  return {static_cast<int>(width), static_cast<int>(height), colour ? 3 : 1};
}

Picture decode_png(std::span<const std::uint8_t> file, std::string_view name) {
  read_png_header(file, name);  // refuses a picture that is too large in our own words
  return PngReader(file, name).decode();
}

}  // namespace crescendo
