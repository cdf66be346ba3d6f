#include "images/mat_file.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/images/picture_maker.h"
#include "tests/images/published_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

std::string reading_error(const Bytes& file) {
  return error_of([&] { read_mat(file, "a.mat"); });
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(MatFile, ReadsEveryTypeThatNumbersAreStoredIn) {
  const std::vector<double> values = {0, 1, 100, 7, 3, 2};
  for (const int stored : {1, 2, 3, 4, 5, 6, 7, 9, 12, 13}) {
    for (const bool big_endian : {false, true}) {
      const MatLook look{.kind = 6, .stored = stored, .big_endian = big_endian};
      const auto arrays = read_mat(mat_file({mat_array("counts", {2, 3}, values, look)}, big_endian), "a.mat");
      ASSERT_EQ(arrays.size(), 1u);
      EXPECT_EQ(arrays[0].name, "counts");
      EXPECT_EQ(arrays[0].dimensions, (std::vector<std::size_t>{2, 3}));
      EXPECT_EQ(arrays[0].values, values) << stored;
    }
  }
}

TEST(MatFile, KeepsSignsAndFractions) {
  const std::vector<double> negative = {-1, -100, 5};
  for (const int stored : {1, 3, 5, 12, 7, 9}) {
    EXPECT_EQ(read_mat(mat_file({mat_array("n", {1, 3}, negative, {.stored = stored})}), "a.mat")[0].values, negative);
  }
  const std::vector<double> fractions = {0.5, -2.25, 1e30};
  EXPECT_EQ(read_mat(mat_file({mat_array("f", {3, 1}, fractions, {.stored = 9})}), "a.mat")[0].values, fractions);
}

TEST(MatFile, ReadsCompressedElementsAmongOthers) {
  std::vector<double> many(5000);
  std::iota(many.begin(), many.end(), 1);
  const auto arrays =
      read_mat(mat_file({mat_row("trnid", many), mat_array("plain", {1, 1}, {9}), mat_row("x", {4})}), "a.mat");
  ASSERT_EQ(arrays.size(), 3u);
  EXPECT_EQ(arrays[0].values, many);
  EXPECT_EQ(arrays[1].values, (std::vector<double>{9}));
  EXPECT_EQ(arrays[2].name, "x");
}

TEST(MatFile, PassesOverWhatIsNoRealNumericArray) {
  const Bytes text = mat_array("text", {1, 3}, {'a', 'b', 'c'}, {.kind = 4, .stored = 4});
  const Bytes complex = mat_array("complex", {1, 1}, {2}, {.complex = true});
  MatBytes unknown(false);
  unknown.element(17, Bytes(24, 1));
  const auto arrays = read_mat(mat_file({text, unknown.bytes, complex, mat_array("n", {1, 2}, {1, 2})}), "a.mat");
  ASSERT_EQ(arrays.size(), 1u);
  EXPECT_EQ(arrays[0].name, "n");
  EXPECT_TRUE(read_mat(mat_file({}), "a.mat").empty());
}

TEST(MatFile, ReadsAnEmptyArray) {
  const auto arrays = read_mat(mat_file({mat_array("none", {0, 0}, {})}), "a.mat");
  ASSERT_EQ(arrays.size(), 1u);
  EXPECT_TRUE(arrays[0].values.empty());
}

TEST(MatFile, RefusesAFileThatIsNone) {
  for (const Bytes& file : {Bytes{}, Bytes(200, 'x'), first(mat_file({}), 127)}) {
    EXPECT_EQ(
        reading_error(file),
        "bad input: 'a.mat' does not begin as a MAT-file of versions 5 to 7 does: 128 bytes, the last two of them "
        "IM or MI");
  }
}

TEST(MatFile, SaysWhatToDoAboutVersion73) {
  std::string text = "MATLAB 7.3 MAT-file, Platform: GLNXA64, HDF5 schema 1.00 .";
  text.resize(600, ' ');
  EXPECT_EQ(reading_error(Bytes(text.begin(), text.end())),
            "bad input: 'a.mat' is a MAT-file of version 7.3; versions 5 to 7 are read, which MATLAB saves with -v7");
}

TEST(MatFile, RefusesEveryCutFile) {
  const Bytes plain = mat_file({mat_array("labels", {1, 9}, {1, 2, 3, 4, 5, 6, 7, 8, 9})});
  const Bytes packed = mat_file({mat_row("labels", {1, 2, 3, 4, 5, 6, 7, 8, 9})});
  for (const Bytes& file : {plain, packed}) {
    for (std::size_t size = 129; size < file.size(); ++size) {
      EXPECT_TRUE(contains(reading_error(first(file, size)), "bad input: 'a.mat' ")) << size;
    }
    EXPECT_EQ(reading_error(file), "nothing");
  }
  EXPECT_EQ(reading_error(first(plain, 160)), "bad input: 'a.mat' ends at byte 160, inside the element at byte 128");
}

TEST(MatFile, RefusesACompressedElementThatEndsTooEarlyOrIsDamaged) {
  Bytes element = mat_row("labels", std::vector<double>(500, 3));
  element.resize(element.size() - 5);
  element[4] = static_cast<std::uint8_t>(element.size() - 8);
  EXPECT_TRUE(contains(reading_error(mat_file({element})), "has a compressed element that is cut at byte 128"));
  Bytes damaged = mat_file({mat_row("labels", {1, 2, 3})});
  damaged[136] ^= 0x55;  // the first byte of the stream
  EXPECT_TRUE(contains(reading_error(damaged), "'a.mat' is not a sound zlib stream: ")) << reading_error(damaged);
}

TEST(MatFile, RefusesNumbersThatAreNotAsManyAsTheDimensionsSay) {
  const std::pair<std::vector<int>, std::vector<double>> cases[] = {
      {{1, 4}, {1, 2, 3}}, {{1, 2}, {1, 2, 3}}, {{65536, 65536, 65536, 65536, 1}, {1, 2}}, {{0, 3}, {1}}};
  for (const auto& [dimensions, values] : cases) {
    EXPECT_TRUE(
        contains(reading_error(mat_file({mat_array("n", dimensions, values)})),
                 fmt::format("'a.mat' has {} numbers, not as many as the dimensions say, at byte", values.size())));
  }
  EXPECT_TRUE(contains(reading_error(mat_file({mat_array("n", {-1, -1}, {1})})), "has a negative dimension at byte"));
  EXPECT_TRUE(contains(reading_error(mat_file({mat_array("n", {1}, {1})})), "an array of less than two dimensions"));
}

TEST(MatFile, RefusesAnElementThatUnpacksToTooMuch) {
  const Bytes zeros(std::size_t{17} << 20, 0);
  EXPECT_TRUE(contains(reading_error(mat_file({mat_compressed(zeros)})), "has elements of more than 16 MiB together"));
}

}  // namespace
}  // namespace crescendo
