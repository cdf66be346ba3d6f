#include "search/kernel_choice.h"

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include "base/files.h"
#include "base/processor.h"
#include "crescendo/error.h"
#include "train/kernels/dispatch.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

/// What a line of the cache begins with. The shipped table is part of it: a program that ships another measures anew.
std::string key_of(const KernelSet& kernels) {
  return processor_name() + " | " + to_text(shipped_kernel_table(kernels.name)) + " | ";
}

std::optional<KernelTable> find_measured(const fs::path& file, const std::string& key) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) continue;
    try {
      return parse_kernel_table(std::string_view(line).substr(key.size()), file.string());
    } catch (const Error&) {
      return {};  // someone wrote into it: measure again
    }
  }
  return {};
}

void keep_measured(const fs::path& file, const std::string& key, const KernelTable& table) {
  std::string lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) lines += line + "\n";
  }
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  try {
    write_file(file, lines + key + to_text(table) + "\n");
  } catch (const Error&) {
    // The next search measures again, which takes a second.
  }
}

}  // namespace

fs::path user_cache_folder() {
  if (const auto folder = variable("XDG_CACHE_HOME"); !folder.empty()) return fs::path(folder) / "crescendo";
  if (const auto home = variable("HOME"); !home.empty()) return fs::path(home) / ".cache" / "crescendo";
  return {};
}

KernelTable kernel_table_of_this_processor(const fs::path& cache, const std::function<void(double)>& tick) {
  const KernelSet& kernels = choose_kernels();
  const std::string_view wanted = variable("CRESCENDO_KERNELS");
  if (wanted == "shipped") return shipped_kernel_table(kernels.name);
  if (!wanted.empty()) bad_input("CRESCENDO_KERNELS is '" + std::string(wanted) + "'; it may be shipped, or not set");
  const std::string key = key_of(kernels);
  const fs::path file = cache.empty() ? fs::path() : cache / "kernels.txt";
  if (!file.empty()) {
    if (const auto measured = find_measured(file, key)) return *measured;
  }
  const KernelTable table = timed_kernel_table(kernels, tick);
  if (!file.empty()) keep_measured(file, key, table);
  return table;
}

KernelTable read_kernel_table(const fs::path& file) { return parse_kernel_table(read_file(file), file.string()); }

}  // namespace crescendo
