#include "images/file_bytes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include "crescendo/error.h"

namespace crescendo {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& file, int reason) {
  const std::string path = file.string();
  if (reason == ENOENT || reason == ENOTDIR) not_found(fmt::format("there is no file '{}'", path));
  unavailable(fmt::format("'{}' cannot be read: {}", path, std::generic_category().message(reason)));
}

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// For reading at places: a stream would fill its buffer with what lies between them.
class OpenFile {
 public:
  explicit OpenFile(const std::filesystem::path& path)
      : path_(path), number_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) refuse(path_, errno);
  }
  ~OpenFile() { close(number_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  /// How many bytes were read: less than asked for at the end of the file only.
  std::size_t read_at(std::uint64_t offset, std::uint8_t* bytes, std::size_t count) const {
    std::size_t done = 0;
    while (done < count) {
      const ssize_t read = pread(number_, bytes + done, count - done, static_cast<off_t>(offset + done));
      if (read < 0 && errno == EINTR) continue;
      if (read < 0) refuse(path_, errno);
      if (read == 0) break;
      done += static_cast<std::size_t>(read);
    }
    return done;
  }

 private:
  const std::filesystem::path& path_;
  int number_;
};

}  // namespace

std::vector<std::uint8_t> read_bytes_at(const std::filesystem::path& file, std::uint64_t offset, std::size_t count) {
  std::vector<std::uint8_t> bytes(count);
  bytes.resize(OpenFile(file).read_at(offset, bytes.data(), count));
  return bytes;
}

std::vector<std::uint8_t> read_every(const std::filesystem::path& file, std::uint64_t first, std::uint64_t step,
                                     std::size_t count) {
  const OpenFile opened(file);
  std::vector<std::uint8_t> bytes(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (opened.read_at(first + i * step, &bytes[i], 1) == 1) continue;
    bytes.resize(i);
    break;
  }
  return bytes;
}

std::vector<std::uint8_t> read_bytes(const std::filesystem::path& file, std::size_t limit) {
  const std::unique_ptr<std::FILE, Close> opened(std::fopen(file.c_str(), "rb"));
  if (!opened) refuse(file, errno);
  struct stat status {};
  if (fstat(fileno(opened.get()), &status) != 0) refuse(file, errno);

  std::vector<std::uint8_t> bytes(std::min(limit, static_cast<std::size_t>(status.st_size)));
  const std::size_t read = std::fread(bytes.data(), 1, bytes.size(), opened.get());
  if (std::ferror(opened.get())) refuse(file, errno);
  bytes.resize(read);  // less where the file was cut meanwhile
  return bytes;
}

FileStamp file_stamp(const std::filesystem::path& file) {
  // std::filesystem would ask the system twice, once for the size and once for the time.
  struct stat status {};
  if (stat(file.c_str(), &status) != 0) refuse(file, errno);
  return {static_cast<std::uint64_t>(status.st_size),
          static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000u +
              static_cast<std::uint64_t>(status.st_mtim.tv_nsec)};
}

}  // namespace crescendo
