#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tests/images/picture_maker.h"

// Small data sets in the layouts of STL-10, 102 Flowers and CK+, and files of MATLAB.
namespace crescendo::picture_maker {

// ---- STL-10

/// The value of pixel (x, y) in channel c is `first_value + 2 * x + 3 * y + 50 * c`, modulo 256.
inline Picture stl10_picture(int first_value) {
  return picture_of(96, 96, 3, [=](int x, int y, int c) { return first_value + 2 * x + 3 * y + 50 * c; });
}

/// Pictures of first values 0 to count - 1: planes of red, green and blue, each column by column.
inline Bytes stl10_pictures(int count) {
  Bytes file;
  for (int i = 0; i < count; ++i) {
    for (int c = 0; c < 3; ++c) {
      for (int x = 0; x < 96; ++x) {
        for (int y = 0; y < 96; ++y) file.push_back(static_cast<std::uint8_t>(i + 2 * x + 3 * y + 50 * c));
      }
    }
  }
  return file;
}

/// Label i % classes + 1 for picture i.
inline Bytes stl10_labels(int count, int classes) {
  Bytes file;
  for (int i = 0; i < count; ++i) file.push_back(static_cast<std::uint8_t>(i % classes + 1));
  return file;
}

/// Two folds: the first `fold` pictures, and the last.
inline std::string stl10_folds(int training, int fold) {
  std::string text;
  for (const int begin : {0, training - fold}) {
    for (int i = begin; i < begin + fold; ++i) text += std::to_string(i) + " ";
    text += "\n";
  }
  return text;
}

/// `within`: empty, or "stl10_binary/".
inline void write_stl10(const TemporaryFolder& folder, int training, int test, int classes, int fold,
                        const std::string& within = "") {
  folder.write(within + "train_X.bin", stl10_pictures(training));
  folder.write(within + "train_y.bin", stl10_labels(training, classes));
  folder.write(within + "test_X.bin", stl10_pictures(test));
  folder.write(within + "test_y.bin", stl10_labels(test, classes));
  folder.write(within + "fold_indices.txt", stl10_folds(training, fold));
  std::string names;
  for (int label = 1; label <= classes; ++label) names += "class " + std::to_string(label) + "\n";
  folder.write(within + "class_names.txt", names);
}

// ---- files of MATLAB

/// How an array stands in a file. Class and type are those of the format: 6 double, 9 unsigned byte; 2 unsigned byte.
struct MatLook {
  int kind = 6, stored = 2;
  bool big_endian = false, complex = false;
};

class MatBytes {
 public:
  explicit MatBytes(bool big_endian) : big_endian_(big_endian) {}

  void number(std::uint64_t value, int size) {
    for (int i = 0; i < size; ++i) {
      bytes.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian_ ? size - 1 - i : i)));
    }
  }

  /// Of at most 4 bytes in the short form, as MATLAB writes it.
  void element(int type, const Bytes& content) {
    if (!content.empty() && content.size() <= 4) {
      number(static_cast<std::uint64_t>(content.size()) << 16 | static_cast<std::uint64_t>(type), 4);
    } else {
      number(static_cast<std::uint64_t>(type), 4);
      number(content.size(), 4);
    }
    bytes.insert(bytes.end(), content.begin(), content.end());
    while (bytes.size() % 8 != 0) bytes.push_back(0);
  }

  Bytes bytes;

 private:
  bool big_endian_;
};

inline std::uint64_t mat_bits(double value, int stored) {
  if (stored == 9) return std::bit_cast<std::uint64_t>(value);
  if (stored == 7) return std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

inline Bytes mat_array(const std::string& name, const std::vector<int>& dimensions, const std::vector<double>& values,
                       const MatLook& look = {}) {
  constexpr int kBytes[] = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8, 0, 0, 8, 8};
  MatBytes flags(look.big_endian), sizes(look.big_endian), numbers(look.big_endian), matrix(look.big_endian);
  flags.number(static_cast<std::uint64_t>(look.kind | (look.complex ? 0x800 : 0)), 4);
  flags.number(0, 4);
  for (const int dimension : dimensions) sizes.number(static_cast<std::uint64_t>(dimension), 4);
  for (const double value : values) numbers.number(mat_bits(value, look.stored), kBytes[look.stored]);
  matrix.element(6, flags.bytes);
  matrix.element(5, sizes.bytes);
  matrix.element(1, Bytes(name.begin(), name.end()));
  matrix.element(look.stored, numbers.bytes);
  if (look.complex) matrix.element(look.stored, numbers.bytes);
  MatBytes array(look.big_endian);
  array.element(14, matrix.bytes);
  return array.bytes;
}

/// The compressed form of an element.
inline Bytes mat_compressed(const Bytes& element) {
  uLongf size = compressBound(static_cast<uLong>(element.size()));
  Bytes packed(size);
  compress2(packed.data(), &size, element.data(), static_cast<uLong>(element.size()), Z_BEST_SPEED);
  packed.resize(size);
  MatBytes out(false);
  out.number(15, 4);
  out.number(packed.size(), 4);
  out.bytes.insert(out.bytes.end(), packed.begin(), packed.end());
  return out.bytes;
}

inline Bytes mat_file(const std::vector<Bytes>& elements, bool big_endian = false) {
  std::string text = "MATLAB 5.0 MAT-file, made by a test";
  text.resize(124, ' ');
  MatBytes file(big_endian);
  file.bytes.assign(text.begin(), text.end());
  file.number(0x0100, 2);
  file.number('M' << 8 | 'I', 2);
  for (const Bytes& element : elements) file.bytes.insert(file.bytes.end(), element.begin(), element.end());
  return file.bytes;
}

/// One row of whole numbers, as 102 Flowers has them: of class double, compressed.
inline Bytes mat_row(const std::string& name, const std::vector<double>& values) {
  return mat_compressed(mat_array(name, {1, static_cast<int>(values.size())}, values, {.stored = 4}));
}

// ---- 102 Flowers

inline std::vector<double> numbers_from(int begin, int count) {
  std::vector<double> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(begin + i);
  return numbers;
}

/// Pictures of the three parts one after the other, 12 x 10 and in colour, all pixels of picture i being 5 * i; its
/// label is (i - 1) % classes + 1.
inline void write_flowers(const TemporaryFolder& folder, int training, int validation, int test, int classes) {
  std::vector<double> labels;
  for (int i = 1; i <= training + validation + test; ++i) {
    folder.write(fmt::format("jpg/image_{:05}.jpg", i), jpeg_bytes(plain(12, 10, 3, 5 * i)));
    labels.push_back((i - 1) % classes + 1);
  }
  folder.write("imagelabels.mat", mat_file({mat_row("labels", labels)}));
  folder.write("setid.mat", mat_file({mat_row("trnid", numbers_from(1, training)),
                                      mat_row("valid", numbers_from(training + 1, validation)),
                                      mat_row("tstid", numbers_from(training + validation + 1, test))}));
}

// ---- CK+

/// Sequence `number` of a person, of `frames` pictures of 10 x 8, all pixels of frame i being i; label 0: it has none.
inline void write_sequence(const TemporaryFolder& folder, int person, int number, int frames, int label) {
  const std::string place = fmt::format("S{:03}/{:03}", person, number);
  const auto name = [&](int frame) { return fmt::format("/S{:03}_{:03}_{:08}", person, number, frame); };
  for (int frame = 1; frame <= frames; ++frame) {
    folder.write("cohn-kanade-images/" + place + name(frame) + ".png", png_bytes(plain(10, 8, 1, frame)));
  }
  std::filesystem::create_directories(folder.path() / "Emotion" / place);
  if (label > 0) {
    folder.write("Emotion/" + place + name(frames) + "_emotion.txt", fmt::format("   {:.7e}\n", double(label)));
  }
}

}  // namespace crescendo::picture_maker
