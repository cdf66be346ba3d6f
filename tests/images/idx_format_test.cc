#include "images/idx_format.h"

#include <gtest/gtest.h>

#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

std::string reading_error(const Bytes& file, std::size_t dimensions = 3) {
  return error_of([&] { read_idx(file, dimensions, "f"); });
}

const Bytes kSix = {1, 2, 3, 4, 5, 6};
const Bytes kFile = idx_bytes({1, 2, 3}, kSix);

TEST(IdxFormat, ReadsDimensionsAndValues) {
  for (const Bytes& file : {kFile, gzip(kFile)}) {
    const IdxArray array = read_idx(file, 3, "f");
    EXPECT_EQ(array.dimensions, (std::vector<std::size_t>{1, 2, 3}));
    EXPECT_EQ(Bytes(array.values().begin(), array.values().end()), kSix);
  }
}

TEST(IdxFormat, ReadsDimensionsFromTheBeginning) {
  Bytes long_file = idx_bytes({50'000, 1, 2}, {});
  for (unsigned i = 0; i < 100'000; ++i) long_file.push_back(static_cast<std::uint8_t>(i * i >> 3));
  EXPECT_EQ(read_idx_dimensions(first(long_file, 16), 3, "f")[0], 50'000u);
  EXPECT_EQ(read_idx_dimensions(first(gzip(long_file), 2000), 3, "f")[0], 50'000u);
}

TEST(IdxFormat, ReadsALargePackedFileWhole) {
  Bytes values(300'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::uint8_t>(i * i >> 7);
  const IdxArray array = read_idx(gzip(idx_bytes({3, 100, 1000}, values)), 3, "f");
  EXPECT_EQ(Bytes(array.values().begin(), array.values().end()), values);
}

TEST(IdxFormat, NamesFileAndOffsetOfACutFile) {
  EXPECT_EQ(reading_error(first(kFile, 20)), "bad input: 'f' ends at byte 20; its header promises 22 bytes");
  EXPECT_EQ(reading_error(first(kFile, 9)), "bad input: 'f' ends at byte 9; its IDX header has 16 bytes");
  EXPECT_EQ(reading_error({}), "bad input: 'f' ends at byte 0; its IDX header has 16 bytes");
  EXPECT_EQ(reading_error(gzip(first(kFile, 20))), "bad input: 'f' ends at byte 20; its header promises 22 bytes");
}

TEST(IdxFormat, RefusesACutGzipFileWhereverItIsCut) {
  const Bytes packed = gzip(kFile);
  for (std::size_t size = 0; size < packed.size(); ++size) {
    EXPECT_TRUE(reading_error(first(packed, size)).starts_with("bad input: 'f' ")) << size;
  }
  EXPECT_NE(reading_error(first(packed, packed.size() - 1)).find("the file was cut"), std::string::npos);
}

TEST(IdxFormat, RefusesADamagedGzipFile) {
  Bytes packed = gzip(kFile);
  packed[packed.size() - 6] ^= 1;  // in the checksum
  EXPECT_EQ(reading_error(packed),
            "bad input: 'f' is not a sound gzip file: incorrect data check after 22 unpacked bytes");
}

TEST(IdxFormat, RefusesAFileThatIsTooLong) {
  Bytes file = kFile;
  file.push_back(7);
  for (const Bytes& too_long : {file, gzip(file)}) {
    EXPECT_EQ(reading_error(too_long), "bad input: 'f' goes on at byte 22, where its header promises the end");
  }
}

TEST(IdxFormat, NamesTheByteThatIsNoIdxHeader) {
  EXPECT_EQ(reading_error(kFile, 1),
            "bad input: 'f' has 0x03 at byte 3; an IDX file of bytes in 1 dimensions begins 00 00 08 01");
  Bytes floats = kFile;
  floats[2] = 0x0d;
  EXPECT_EQ(reading_error(floats),
            "bad input: 'f' has 0x0d at byte 2; an IDX file of bytes in 3 dimensions begins 00 00 08 03");
}

TEST(IdxFormat, AllocatesNothingForWhatAHeaderOnlyClaims) {
  const Bytes huge = idx_bytes({0xffffffff, 0xffffffff, 0xffffffff}, kSix);
  EXPECT_NE(reading_error(huge).find("4294967295 x 4294967295 x 4294967295"), std::string::npos);
  const Bytes large = idx_bytes({1'000'000, 1000, 1000}, kSix);  // a terabyte
  for (const Bytes& file : {large, gzip(large)}) {
    EXPECT_EQ(reading_error(file), "bad input: 'f' ends at byte 22; its header promises 1000000000016 bytes");
  }
}

TEST(IdxFormat, RefusesADimensionOfNothing) {
  EXPECT_NE(reading_error(idx_bytes({0, 2, 3}, {})).find("every dimension must be at least 1"), std::string::npos);
}

}  // namespace
}  // namespace crescendo
