#pragma once

#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <jpeglib.h>
#include <png.h>
#include <zlib.h>

#include "crescendo/error.h"
#include "crescendo/images.h"

// Small pictures, their files, and data sets made of them, in folders that go away.
namespace crescendo::picture_maker {

using Bytes = std::vector<std::uint8_t>;

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "crescendo-images-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

  /// Makes the folders above the file too.
  void write(const std::string& name, std::span<const std::uint8_t> bytes) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  void write(const std::string& name, std::string_view text) const {
    write(name, std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
  }

 private:
  std::filesystem::path path_;
};

/// Says whether any of the watched files was opened. Works where permissions do not: for root.
class OpenWatch {
 public:
  OpenWatch() : events_(inotify_init1(IN_NONBLOCK)) {}
  ~OpenWatch() { close(events_); }
  OpenWatch(const OpenWatch&) = delete;
  OpenWatch& operator=(const OpenWatch&) = delete;

  void add(const std::filesystem::path& file) const { inotify_add_watch(events_, file.c_str(), IN_OPEN); }

  /// Since it was asked last.
  bool opened() const {
    char events[4096];
    bool any = false;
    while (read(events_, events, sizeof events) > 0) any = true;
    return any;
  }

 private:
  int events_;
};

inline Bytes bytes_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  return {all.begin(), all.end()};
}

inline Bytes first(const Bytes& bytes, std::size_t count) { return {bytes.begin(), bytes.begin() + count}; }

/// `value(x, y, channel)` in 0..255.
template <class Value>
Picture picture_of(int width_px, int height_px, int channels, Value value) {
  Picture picture{width_px, height_px, channels, {}};
  for (int y = 0; y < height_px; ++y) {
    for (int x = 0; x < width_px; ++x) {
      for (int c = 0; c < channels; ++c) picture.pixels.push_back(static_cast<std::uint8_t>(value(x, y, c)));
    }
  }
  return picture;
}

inline Picture plain(int width_px, int height_px, int channels, int value) {
  return picture_of(width_px, height_px, channels, [=](int, int, int) { return value; });
}

inline int value_at(const Picture& picture, int x, int y, int channel = 0) {
  return picture.pixels[(static_cast<std::size_t>(y) * picture.width_px + x) * picture.channels + channel];
}

// ---- JPEG

struct JpegLook {
  int quality = 95;
  bool progressive = false;
  bool cmyk = false;         // the picture has four channels
  int exif_orientation = 0;  // 0: no EXIF block
  bool big_endian = false;   // of the EXIF block
};

inline Bytes exif_block(int orientation, bool big_endian) {
  const auto o = static_cast<std::uint8_t>(orientation);
  // Header with the directory at byte 8; one entry: tag 0x0112, type short, one value; no further directory.
  if (big_endian) {
    return {'E', 'x',  'i', 'f', 0, 0, 'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
            1,   0x12, 0,   3,   0, 0, 0,   1,   0, o,  0, 0, 0, 0, 0, 0};
  }
  return {'E',  'x', 'i', 'f', 0, 0, 'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0,
          0x12, 1,   3,   0,   1, 0, 0,   0,   o,  0, 0, 0, 0, 0, 0, 0};
}

inline Bytes jpeg_bytes(const Picture& picture, const JpegLook& look = {}) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  jpeg_mem_dest(&jpeg, &buffer, &size);
  jpeg.image_width = static_cast<JDIMENSION>(picture.width_px);
  jpeg.image_height = static_cast<JDIMENSION>(picture.height_px);
  jpeg.input_components = picture.channels;
  jpeg.in_color_space = look.cmyk ? JCS_CMYK : picture.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, look.quality, TRUE);
  if (look.progressive) jpeg_simple_progression(&jpeg);
  jpeg_start_compress(&jpeg, TRUE);
  if (look.exif_orientation > 0) {
    const Bytes block = exif_block(look.exif_orientation, look.big_endian);
    jpeg_write_marker(&jpeg, JPEG_APP0 + 1, block.data(), static_cast<unsigned>(block.size()));
  }
  while (jpeg.next_scanline < jpeg.image_height) {
    const std::size_t start = static_cast<std::size_t>(jpeg.next_scanline) * picture.width_px * picture.channels;
    auto* row = const_cast<JSAMPLE*>(picture.pixels.data() + start);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  Bytes bytes(buffer, buffer + size);
  free(buffer);
  return bytes;
}

// ---- PNG

struct PngLook {
  int colour_type = PNG_COLOR_TYPE_RGB;
  int bit_depth = 8;
  bool interlaced = false;
  std::vector<png_color> palette = {};
  std::vector<std::uint8_t> palette_opacity = {};
};

/// rows: as the file holds them, packed as the colour type and depth say.
inline Bytes png_bytes(int width_px, int height_px, const Bytes& rows, const PngLook& look) {
  Bytes bytes;
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
  png_infop info = png_create_info_struct(png);
  const auto append = [](png_structp to, png_bytep data, std::size_t count) {
    auto* out = static_cast<Bytes*>(png_get_io_ptr(to));
    out->insert(out->end(), data, data + count);
  };
  png_set_write_fn(png, &bytes, append, [](png_structp) {});
  png_set_IHDR(png, info, static_cast<png_uint_32>(width_px), static_cast<png_uint_32>(height_px), look.bit_depth,
               look.colour_type, look.interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (!look.palette.empty()) png_set_PLTE(png, info, look.palette.data(), static_cast<int>(look.palette.size()));
  if (!look.palette_opacity.empty()) {
    png_set_tRNS(png, info, look.palette_opacity.data(), static_cast<int>(look.palette_opacity.size()), nullptr);
  }
  png_write_info(png, info);
  const std::size_t row_bytes = rows.size() / height_px;
  std::vector<png_bytep> pointers;
  for (int y = 0; y < height_px; ++y) pointers.push_back(const_cast<png_bytep>(rows.data() + y * row_bytes));
  png_write_image(png, pointers.data());
  png_write_end(png, nullptr);
  png_destroy_write_struct(&png, &info);
  return bytes;
}

inline Bytes png_bytes(const Picture& picture) {
  const int colour_type = picture.channels == 1 ? PNG_COLOR_TYPE_GRAY : PNG_COLOR_TYPE_RGB;
  return png_bytes(picture.width_px, picture.height_px, picture.pixels, {.colour_type = colour_type});
}

// ---- IDX

inline Bytes idx_bytes(const std::vector<std::size_t>& dimensions, const Bytes& values) {
  Bytes bytes = {0, 0, 8, static_cast<std::uint8_t>(dimensions.size())};
  for (const std::size_t dimension : dimensions) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(dimension >> shift));
  }
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

inline Bytes gzip(const Bytes& bytes) {
  z_stream stream{};
  deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  Bytes packed(deflateBound(&stream, bytes.size()) + 64);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = packed.data();
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// ---- data sets

/// `count` PNG files `class/00.png`, `class/01.png`, ..., 8x8 and grey, all pixels of picture i being `first_value +
/// i`.
inline void write_class(const TemporaryFolder& folder, const std::string& name, int count, int first_value = 0) {
  for (int i = 0; i < count; ++i) {
    const std::string file = name + (i < 10 ? "/0" : "/") + std::to_string(i) + ".png";
    folder.write(file, png_bytes(plain(8, 8, 1, first_value + i)));
  }
}

/// Picture i is 4 pixels high and 5 wide, all its pixels being i; its label is i % classes.
struct IdxPart {
  Bytes pictures, labels;
};

inline IdxPart idx_part(int count, int classes) {
  Bytes pixels, labels;
  for (int i = 0; i < count; ++i) {
    pixels.insert(pixels.end(), 20, static_cast<std::uint8_t>(i));
    labels.push_back(static_cast<std::uint8_t>(i % classes));
  }
  const auto n = static_cast<std::size_t>(count);
  return {idx_bytes({n, 4, 5}, pixels), idx_bytes({n}, labels)};
}

inline void write_idx(const TemporaryFolder& folder, int training, int test, int classes) {
  const IdxPart train_part = idx_part(training, classes), test_part = idx_part(test, classes);
  folder.write("train-images-idx3-ubyte", train_part.pictures);
  folder.write("train-labels-idx1-ubyte", train_part.labels);
  folder.write("t10k-images-idx3-ubyte", test_part.pictures);
  folder.write("t10k-labels-idx1-ubyte", test_part.labels);
}

/// One record of a CIFAR file: the labels, then planes of red, green and blue. The value of pixel (x, y) in channel c
/// is `first_value + 2 * x + 3 * y + 50 * c`, modulo 256.
inline Bytes cifar_record(const Bytes& labels, int first_value) {
  Bytes record = labels;
  for (int c = 0; c < 3; ++c) {
    for (int y = 0; y < 32; ++y) {
      for (int x = 0; x < 32; ++x) record.push_back(static_cast<std::uint8_t>(first_value + 2 * x + 3 * y + 50 * c));
    }
  }
  return record;
}

inline Picture cifar_picture(int first_value) {
  return picture_of(32, 32, 3, [=](int x, int y, int c) { return first_value + 2 * x + 3 * y + 50 * c; });
}

/// Records `begin` to `end`, the i-th with the label i % classes (a coarse label of 0 before it, if wanted) and first
/// value i.
inline Bytes cifar_file(int begin, int end, int classes, bool coarse_labels = false) {
  Bytes file;
  for (int i = begin; i < end; ++i) {
    Bytes labels(coarse_labels ? 1 : 0, 0);
    labels.push_back(static_cast<std::uint8_t>(i % classes));
    const Bytes record = cifar_record(labels, i);
    file.insert(file.end(), record.begin(), record.end());
  }
  return file;
}

inline std::string cifar_names(int classes) {
  std::string names;
  for (int label = 0; label < classes; ++label) names += "class " + std::to_string(label) + "\n";
  return names + "\n";
}

/// `within`: empty, or a folder such as "cifar-10-batches-bin/". A fifth of the training records a batch.
inline void write_cifar10(const TemporaryFolder& folder, int training, int test, int classes,
                          const std::string& within = "") {
  for (int batch = 0; batch < 5; ++batch) {
    folder.write(within + "data_batch_" + std::to_string(batch + 1) + ".bin",
                 cifar_file(batch * training / 5, (batch + 1) * training / 5, classes));
  }
  folder.write(within + "test_batch.bin", cifar_file(0, test, classes));
  folder.write(within + "batches.meta.txt", cifar_names(classes));
}

inline void write_cifar100(const TemporaryFolder& folder, int training, int test, int classes,
                           const std::string& within = "") {
  folder.write(within + "train.bin", cifar_file(0, training, classes, true));
  folder.write(within + "test.bin", cifar_file(0, test, classes, true));
  folder.write(within + "fine_label_names.txt", cifar_names(classes));
  folder.write(within + "coarse_label_names.txt", "all\n");
}

// ---- what went wrong

/// The sentence of the Error that `action` throws, with its kind before it; "nothing" where it throws none.
template <class Action>
std::string error_of(Action action) {
  try {
    action();
  } catch (const Error& error) {
    switch (error.kind()) {
      case ErrorKind::kBadInput:
        return std::string("bad input: ") + error.what();
      case ErrorKind::kNotFound:
        return std::string("not found: ") + error.what();
      case ErrorKind::kUnavailable:
        return std::string("unavailable: ") + error.what();
    }
  }
  return "nothing";
}

/// Labels counted by part: counts[label] of that part.
inline std::vector<int> counts_of(const DataSet& data, Part part) {
  std::vector<int> counts(data.classes().size());
  for (const DataSet::Entry& entry : data.entries()) counts[entry.label] += entry.part == part ? 1 : 0;
  return counts;
}

inline std::vector<std::string> names_of(const DataSet& data, Part part) {
  std::vector<std::string> names;
  for (const DataSet::Entry& entry : data.entries()) {
    if (entry.part == part) names.push_back(entry.name);
  }
  return names;
}

}  // namespace crescendo::picture_maker
