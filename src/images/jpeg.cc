#include "images/jpeg.h"

#include <fmt/format.h>

#include <algorithm>
#include <csetjmp>
#include <cstdio>  // before jpeglib.h, which uses FILE and size_t without declaring them
#include <utility>

#include <jpeglib.h>
// After jpeglib.h, whose macros it needs.
#include <jerror.h>

#include "crescendo/error.h"
#include "images/fit.h"
#include "images/orientation.h"

namespace crescendo {
namespace {

// libjpeg leaves through its error_exit. An exception must not cross C code, so it jumps back to the method that
// called the library, which throws from there. Nothing that such a method holds may have a destructor.
struct ErrorState {
  jpeg_error_mgr base;  // first: the library hands back a pointer to it
  std::jmp_buf back;
  char message[JMSG_LENGTH_MAX];
};

[[noreturn]] void jump_back(j_common_ptr jpeg) {
  auto* state = reinterpret_cast<ErrorState*>(jpeg->err);
  (*jpeg->err->format_message)(jpeg, state->message);
  std::longjmp(state->back, 1);
}

// The library fills what is missing with grey and only warns. Those warnings that mean lost pixels are errors here;
// the others (stray bytes between segments, odd Adobe markers) are common in pictures that look right.
void judge_warning(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  switch (jpeg->err->msg_code) {
    case JWRN_JPEG_EOF:
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
      jump_back(jpeg);
    default:
      return;
  }
}

// Each scan of a progressive file costs a pass over the whole picture and may be a few bytes long. Encoders write
// about ten.
constexpr int kMaxScans = 100;

void limit_scans(j_common_ptr jpeg) {
  auto* state = reinterpret_cast<ErrorState*>(jpeg->err);
  if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number <= kMaxScans) return;
  std::snprintf(state->message, sizeof state->message, "it has more than %d scans", kMaxScans);
  std::longjmp(state->back, 1);
}

class JpegReader {
 public:
  JpegReader(std::span<const std::uint8_t> file, std::string_view name) : file_(file), name_(name) {
    jpeg_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = jump_back;
    errors_.base.emit_message = judge_warning;
    progress_.progress_monitor = limit_scans;
  }
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }  // does nothing where creating it failed
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  PictureHeader header();
  Picture decode(int wanted_side_px, Fit fit);

 private:
  void start();
  void begin_rows();
  void read_rows(std::uint8_t* pixels, std::size_t row_bytes);
  void check_colours() const;
  int orientation() const;
  [[noreturn]] void fail() const {
    bad_input(fmt::format("'{}' is not a sound JPEG file: {}", name_, errors_.message));
  }

  std::span<const std::uint8_t> file_;
  std::string_view name_;
  ErrorState errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct jpeg_{};
};

void JpegReader::start() {
  if (setjmp(errors_.back)) fail();
  jpeg_create_decompress(&jpeg_);
  jpeg_.progress = &progress_;
  jpeg_mem_src(&jpeg_, file_.data(), file_.size());
  jpeg_save_markers(&jpeg_, JPEG_APP0 + 1, 0xffff);  // EXIF
  jpeg_read_header(&jpeg_, TRUE);
}

void JpegReader::begin_rows() {
  if (setjmp(errors_.back)) fail();
  jpeg_start_decompress(&jpeg_);
}

void JpegReader::read_rows(std::uint8_t* pixels, std::size_t row_bytes) {
  if (setjmp(errors_.back)) fail();
  while (jpeg_.output_scanline < jpeg_.output_height) {
    JSAMPROW row = pixels + jpeg_.output_scanline * row_bytes;
    jpeg_read_scanlines(&jpeg_, &row, 1);
  }
}

void JpegReader::check_colours() const {
  switch (jpeg_.jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_RGB:
    case JCS_YCbCr:
      return;
    case JCS_CMYK:
    case JCS_YCCK:
      bad_input(fmt::format("'{}' is a CMYK JPEG, made for printing; grey and RGB pictures are read", name_));
    default:
      bad_input(fmt::format("'{}' is a JPEG with {} unknown colour components; grey and RGB pictures are read", name_,
                            jpeg_.num_components));
  }
}

int JpegReader::orientation() const {
  for (const jpeg_marker_struct* marker = jpeg_.marker_list; marker != nullptr; marker = marker->next) {
    const int orientation = exif_orientation({marker->data, marker->data_length});
    if (orientation != 1) return orientation;
  }
  return 1;
}

PictureHeader JpegReader::header() {
  start();
  check_picture_size(jpeg_.image_width, jpeg_.image_height, name_);
  check_colours();
  PictureHeader header{static_cast<int>(jpeg_.image_width), static_cast<int>(jpeg_.image_height),
                       jpeg_.jpeg_color_space == JCS_GRAYSCALE ? 1 : 3};
  if (lies_on_its_side(orientation())) std::swap(header.width_px, header.height_px);
  return header;
}

Picture JpegReader::decode(int wanted_side_px, Fit fit) {
  const PictureHeader whole = header();
  const int side_px = fitted_side_px(whole.width_px, whole.height_px, fit);
  jpeg_.scale_num = 1;
  jpeg_.scale_denom = 1;
  while (jpeg_.scale_denom < 8 && side_px / static_cast<int>(2 * jpeg_.scale_denom) >= wanted_side_px) {
    jpeg_.scale_denom *= 2;
  }
  jpeg_.out_color_space = whole.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  begin_rows();

  Picture picture{static_cast<int>(jpeg_.output_width), static_cast<int>(jpeg_.output_height), whole.channels, {}};
  const std::size_t row_bytes = static_cast<std::size_t>(picture.width_px) * picture.channels;
  picture.pixels.resize(row_bytes * picture.height_px);
  read_rows(picture.pixels.data(), row_bytes);
  return turned_upright(std::move(picture), orientation());
}

}  // namespace

PictureHeader read_jpeg_header(std::span<const std::uint8_t> file, std::string_view name) {
  return JpegReader(file, name).header();
}

Picture decode_jpeg(std::span<const std::uint8_t> file, int wanted_side_px, Fit fit, std::string_view name) {
  return JpegReader(file, name).decode(wanted_side_px, fit);
}

}  // namespace crescendo
