#include "images/file_bytes.h"

#include <fmt/format.h>
#include <sys/stat.h>

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

}  // namespace

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
