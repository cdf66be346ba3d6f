#include "images/image_cache.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <system_error>

#include "crescendo/error.h"
#include "images/hash.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kVersion = 3;
constexpr std::uint64_t kMagic = 0x0047'4d49'5345'5243 | kVersion << 56;  // "CRESIMG" and the version, little-endian

struct Header {
  std::uint64_t magic = kMagic;
  std::uint64_t fingerprint = 0, parts = 0, side_px = 0, channels = 0, decoded_side_px = 0, fit = 0;
  std::uint64_t count = 0, enlarged = 0, broken_bytes = 0;
  std::array<float, 3> mean{}, scale{};
};
static_assert(sizeof(Header) == 104 && std::has_unique_object_representations_v<std::array<std::uint64_t, 10>>);

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Close>;

template <class T>
std::span<const std::uint8_t> bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()};
}

std::uint64_t mask_of(std::span<const Part> parts) {
  std::uint64_t mask = 0;
  for (const Part part : parts) mask |= std::uint64_t{1} << static_cast<int>(part);
  return mask;
}

Header header_of(const CacheKey& key) {
  Header header;
  header.fingerprint = key.fingerprint;
  header.parts = mask_of(key.parts);
  header.side_px = static_cast<std::uint64_t>(key.side_px);
  header.channels = static_cast<std::uint64_t>(key.channels);
  header.decoded_side_px = static_cast<std::uint64_t>(key.decoded_side_px);
  header.fit = static_cast<std::uint64_t>(key.fit);
  return header;
}

bool same_key(const Header& a, const Header& b) {
  return a.magic == b.magic && a.fingerprint == b.fingerprint && a.parts == b.parts && a.side_px == b.side_px &&
         a.channels == b.channels && a.decoded_side_px == b.decoded_side_px && a.fit == b.fit;
}

class Reader {
 public:
  explicit Reader(const fs::path& path) : file_(std::fopen(path.c_str(), "rb")) {}

  bool is_open() const { return file_ != nullptr; }

  template <class T>
  bool read(std::span<T> values) {
    if (std::fread(values.data(), 1, values.size_bytes(), file_.get()) != values.size_bytes()) return false;
    hash_.add(bytes_of(std::span<const T>(values)));
    return true;
  }

  bool ends_with_checksum() {
    const std::uint64_t wanted = hash_.value();
    std::uint64_t found = 0;
    return read(std::span(&found, 1)) && found == wanted;
  }

 private:
  File file_;
  Hash hash_;
};

class Writer {
 public:
  explicit Writer(const fs::path& path) : file_(std::fopen(path.c_str(), "wb")) {}

  template <class T>
  void write(std::span<const T> values) {
    hash_.add(bytes_of(values));
    if (file_ && std::fwrite(values.data(), 1, values.size_bytes(), file_.get()) != values.size_bytes()) file_.reset();
  }

  /// False where anything could not be written; errno says why.
  bool finish() {
    const std::uint64_t checksum = hash_.value();
    write(std::span(&checksum, 1));
    return file_ && std::fclose(file_.release()) == 0;
  }

 private:
  File file_;
  Hash hash_;
};

std::vector<std::string> separated(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size() - 1);
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

// Names are unlike between processes and machines that share the folder.
fs::path temporary_beside(const fs::path& file) {
  std::random_device random;
  fs::path temporary = file;
  temporary += fmt::format(".new-{:08x}{:08x}", random(), random());
  return temporary;
}

}  // namespace

fs::path cache_file(const fs::path& folder, const CacheKey& key) {
  constexpr std::array<char, 3> kLetters = {'t', 'v', 'x'};  // training, validation, test
  std::string parts;
  for (std::size_t part = 0; part < kLetters.size(); ++part) {
    if (mask_of(key.parts) >> part & 1) parts += kLetters[part];
  }
  return folder / fmt::format("{:016x}-{}-{}px-{}-{}-from{}.images", key.fingerprint, parts, key.side_px,
                              key.channels == 1 ? "grey" : "rgb", fit_name(key.fit), key.decoded_side_px);
}

std::optional<CachedImages> read_cache(const fs::path& folder, const CacheKey& key) {
  const fs::path path = cache_file(folder, key);
  Reader file(path);
  if (!file.is_open()) return std::nullopt;
  std::error_code unknown;
  const std::uint64_t size_bytes = fs::file_size(path, unknown);
  Header header;
  if (unknown || !file.read(std::span(&header, 1)) || !same_key(header, header_of(key))) return std::nullopt;

  // Nothing is allocated for a count that the file cannot hold.
  const std::uint64_t picture_bytes = header.side_px * header.side_px * header.channels;
  if (header.count > size_bytes || header.broken_bytes > size_bytes) return std::nullopt;
  const std::uint64_t each = 2 * sizeof(int) + sizeof(Part) + picture_bytes;
  if (sizeof header + header.count * each + header.broken_bytes + sizeof(std::uint64_t) != size_bytes) {
    return std::nullopt;
  }

  CachedImages cached;
  ImageSet& images = cached.images;
  images.side_px = key.side_px;
  images.channels = key.channels;
  images.fit = key.fit;
  images.enlarged = header.enlarged;
  images.normalisation = {header.mean, header.scale};
  images.labels.resize(header.count);
  images.parts.resize(header.count);
  images.entries.resize(header.count);
  images.pixels.resize(header.count * picture_bytes);
  std::string broken(header.broken_bytes, '\0');
  const bool whole = file.read(std::span(images.labels)) && file.read(std::span(images.parts)) &&
                     file.read(std::span(images.entries)) && file.read(std::span(broken)) &&
                     file.read(std::span(images.pixels)) && file.ends_with_checksum();
  if (!whole) return std::nullopt;
  cached.broken = separated(broken);
  return cached;
}

void write_cache(const fs::path& folder, const CacheKey& key, const ImageSet& images,
                 std::span<const std::string> broken) {
  std::string lines;
  for (const std::string& line : broken) lines.append(line).push_back('\0');
  Header header = header_of(key);
  header.count = images.size();
  header.enlarged = images.enlarged;
  header.broken_bytes = lines.size();
  header.mean = images.normalisation.mean;
  header.scale = images.normalisation.scale;

  const fs::path path = cache_file(folder, key), temporary = temporary_beside(path);
  Writer file(temporary);
  file.write(std::span<const Header>(&header, 1));
  file.write(std::span<const int>(images.labels));
  file.write(std::span<const Part>(images.parts));
  file.write(std::span<const int>(images.entries));
  file.write(std::span<const char>(lines));
  file.write(std::span<const std::uint8_t>(images.pixels));
  std::error_code failed;
  if (file.finish()) {
    fs::rename(temporary, path, failed);
  } else {
    failed = std::error_code(errno, std::generic_category());
  }
  if (!failed) return;
  std::error_code ignored;
  fs::remove(temporary, ignored);
  unavailable(fmt::format("the decoded pictures cannot be kept in '{}': {}", path.string(), failed.message()));
}

}  // namespace crescendo
