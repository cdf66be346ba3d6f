#include "images/image_cache.h"

#include <gtest/gtest.h>

#include "tests/images/picture_maker.h"

namespace crescendo {
namespace {

using namespace picture_maker;

const CacheKey kKey{.fingerprint = 7,
                    .parts = {Part::kTraining, Part::kValidation},
                    .side_px = 2,
                    .channels = 3,
                    .decoded_side_px = 256};
const std::vector<std::string> kBroken = {"a/1.jpg is broken", "b/2.jpg is\nbroken"};

ImageSet two_pictures() {
  ImageSet images;
  images.side_px = 2;
  images.channels = 3;
  for (int i = 0; i < 24; ++i) images.pixels.push_back(static_cast<std::uint8_t>(i * 10));
  images.labels = {4, 1};
  images.parts = {Part::kValidation, Part::kTraining};
  images.entries = {3, 8};
  images.normalisation = {{1.5f, 2, 3}, {0.25f, 1e-3f, 1}};
  images.enlarged = 1;
  return images;
}

TEST(ImageCache, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const ImageSet images = two_pictures();
  write_cache(folder.path(), kKey, images, kBroken);
  const auto cached = read_cache(folder.path(), kKey);
  ASSERT_TRUE(cached);
  EXPECT_EQ(cached->images.side_px, 2);
  EXPECT_EQ(cached->images.channels, 3);
  EXPECT_EQ(cached->images.pixels, images.pixels);
  EXPECT_EQ(cached->images.labels, images.labels);
  EXPECT_EQ(cached->images.parts, images.parts);
  EXPECT_EQ(cached->images.entries, images.entries);
  EXPECT_EQ(cached->images.normalisation.mean, images.normalisation.mean);
  EXPECT_EQ(cached->images.normalisation.scale, images.normalisation.scale);
  EXPECT_EQ(cached->images.enlarged, 1u);
  EXPECT_EQ(cached->broken, kBroken);
}

TEST(ImageCache, LeavesOneFileAndNoTemporaryOne) {
  const TemporaryFolder folder;
  for (int twice = 0; twice < 2; ++twice) write_cache(folder.path(), kKey, two_pictures(), kBroken);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    EXPECT_EQ(entry.path().filename(), "0000000000000007-tv-2px-rgb-crop-from256.images");
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST(ImageCache, HasNothingForAnotherKey) {
  const TemporaryFolder folder;
  write_cache(folder.path(), kKey, two_pictures(), kBroken);
  const auto with = [](auto change) {
    CacheKey key = kKey;
    change(key);
    return key;
  };
  const std::vector<CacheKey> others = {with([](CacheKey& key) { key.fingerprint = 8; }),
                                        with([](CacheKey& key) { key.parts = {Part::kTest}; }),
                                        with([](CacheKey& key) { key.parts.push_back(Part::kTest); }),
                                        with([](CacheKey& key) { key.side_px = 3; }),
                                        with([](CacheKey& key) { key.channels = 1; }),
                                        with([](CacheKey& key) { key.decoded_side_px = 512; }),
                                        with([](CacheKey& key) { key.fit = Fit::kPad; })};
  for (const CacheKey& other : others) {
    EXPECT_FALSE(read_cache(folder.path(), other));
    // Nor where a file was renamed by hand.
    std::filesystem::copy_file(cache_file(folder.path(), kKey), cache_file(folder.path(), other));
    EXPECT_FALSE(read_cache(folder.path(), other));
  }
}

TEST(ImageCache, KeepsPicturesOfTwoFitsBesideEachOther) {
  const TemporaryFolder folder;
  CacheKey padded_key = kKey;
  padded_key.fit = Fit::kPad;
  ImageSet padded = two_pictures();
  padded.pixels[5] = 77;
  write_cache(folder.path(), kKey, two_pictures(), kBroken);
  write_cache(folder.path(), padded_key, padded, kBroken);
  EXPECT_EQ(read_cache(folder.path(), kKey)->images.pixels, two_pictures().pixels);
  EXPECT_EQ(read_cache(folder.path(), kKey)->images.fit, Fit::kCrop);
  EXPECT_EQ(read_cache(folder.path(), padded_key)->images.pixels, padded.pixels);
  EXPECT_EQ(read_cache(folder.path(), padded_key)->images.fit, Fit::kPad);
}

TEST(ImageCache, DoesNotMindTheOrderOfParts) {
  const TemporaryFolder folder;
  write_cache(folder.path(), kKey, two_pictures(), kBroken);
  CacheKey key = kKey;
  std::swap(key.parts[0], key.parts[1]);
  EXPECT_TRUE(read_cache(folder.path(), key));
}

TEST(ImageCache, HasNothingWhereAnyByteIsWrong) {
  const TemporaryFolder folder;
  write_cache(folder.path(), kKey, two_pictures(), kBroken);
  const std::string name = cache_file(folder.path(), kKey).filename().string();
  const Bytes whole = bytes_of_file(folder.path() / name);
  ASSERT_LT(whole.size(), 400u);
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes damaged = whole;
    damaged[i] ^= 0x10;
    folder.write(name, damaged);
    EXPECT_FALSE(read_cache(folder.path(), kKey)) << "byte " << i;
  }
}

TEST(ImageCache, HasNothingWhereTheFileIsCutOrTooLong) {
  const TemporaryFolder folder;
  write_cache(folder.path(), kKey, two_pictures(), kBroken);
  const std::string name = cache_file(folder.path(), kKey).filename().string();
  Bytes whole = bytes_of_file(folder.path() / name);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    folder.write(name, first(whole, size));
    EXPECT_FALSE(read_cache(folder.path(), kKey)) << size << " bytes";
  }
  whole.push_back(0);
  folder.write(name, whole);
  EXPECT_FALSE(read_cache(folder.path(), kKey));
}

TEST(ImageCache, SaysWhyItCannotBeWritten) {
  const TemporaryFolder folder;
  EXPECT_TRUE(error_of([&] {
                write_cache(folder.path() / "none", kKey, two_pictures(), kBroken);
              }).starts_with("unavailable: the decoded pictures cannot be kept in '"));
}

}  // namespace
}  // namespace crescendo
