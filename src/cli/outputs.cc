#include "cli/outputs.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

#include "base/files.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

/// By trying: what the permissions say is not what a file system allows.
void check_writable(const NamedFile& output) {
  const fs::path file = fs::absolute(output.path);
  if (fs::is_directory(file))
    bad_input(fmt::format("{}: {} is a folder; a file is wanted", output.option, output.path));
  if (fs::exists(file) && !fs::is_regular_file(file)) {
    bad_input(fmt::format("{}: {} is a device or a pipe; the name of an ordinary file is wanted", output.option,
                          output.path));
  }
  make_writable_folder(file.parent_path());
  const fs::path probe = file.string() + ".probe";
  const bool written = static_cast<bool>(std::ofstream(probe).put(' ').flush());
  std::error_code ignored;
  fs::remove(probe, ignored);
  if (!written) bad_input(fmt::format("{}: {} cannot be written; give a file that can", output.option, output.path));
}

bool is_same(const NamedFile& a, const NamedFile& b) {
  return fs::weakly_canonical(fs::absolute(a.path)) == fs::weakly_canonical(fs::absolute(b.path));
}

}  // namespace

void check_outputs(const std::vector<NamedFile>& outputs, const std::vector<NamedFile>& inputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const NamedFile& output = outputs[i];
    if (output.path.empty()) continue;
    std::vector<NamedFile> others(outputs.begin(), outputs.begin() + static_cast<std::ptrdiff_t>(i));
    others.insert(others.end(), inputs.begin(), inputs.end());
    for (const NamedFile& other : others) {
      if (other.path.empty() || !is_same(output, other)) continue;
      bad_input(
          fmt::format("{} and {} are the same file, {}; give each its own", other.option, output.option, output.path));
    }
    check_writable(output);
  }
}

std::string storage_file(const std::string& url) {
  constexpr std::string_view kSqlite = "sqlite:///";
  return url.starts_with(kSqlite) ? url.substr(kSqlite.size()) : "";
}

std::vector<NamedFile> storage_files(const std::string& url) {
  const std::string file = storage_file(url);
  if (file.empty()) return {};
  std::vector<NamedFile> files;
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) files.push_back({"--storage", file + ending});
  return files;
}

}  // namespace crescendo
