#include "base/files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <random>
#include <system_error>

#include "crescendo/error.h"

namespace crescendo {
namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) not_found(fmt::format("there is no file {}", path.string()));
  if (fs::is_directory(path, ignored)) bad_input(fmt::format("{} is a folder; a file is wanted", path.string()));
  std::ifstream in(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in || in.bad()) unavailable(fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
  return content;
}

void write_file(const fs::path& path, std::string_view content) {
  write_file(path, std::initializer_list<std::string_view>{content});
}

void write_file(const fs::path& path, std::initializer_list<std::string_view> pieces) {
  fs::path temporary = path;
  temporary += fmt::format(".new-{:08x}", std::random_device{}());  // the folder may be shared between machines
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  for (const std::string_view piece : pieces) out.write(piece.data(), static_cast<std::streamsize>(piece.size()));
  out.close();
  std::error_code failed;
  const std::string reason = out ? "" : std::strerror(errno);
  if (out) fs::rename(temporary, path, failed);
  if (!out || failed) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    unavailable(fmt::format("cannot write {}: {}", path.string(), failed ? failed.message() : reason));
  }
}

void make_writable_folder(const fs::path& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) bad_input(fmt::format("cannot make the folder {}: {}", folder.string(), failed.message()));
  if (!fs::is_directory(folder)) bad_input(fmt::format("{} is not a folder; give one to write to", folder.string()));
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    bad_input(fmt::format("cannot write to the folder {}: {}", folder.string(), std::strerror(errno)));
  }
}

fs::path user_cache_folder() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  if (cache && fs::path(cache).is_absolute()) return fs::path(cache) / "crescendo";
  const char* const home = std::getenv("HOME");
  if (home && *home) return fs::path(home) / ".cache" / "crescendo";
  return {};
}

}  // namespace crescendo
