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

constexpr int kKernelsVersion = 1;  // raised when the kernels change so much that measurements are out of date

/// What a line of the cache begins with.
std::string key_of(const KernelSet& kernels) {
  return processor_name() + " | kernels " + std::to_string(kKernelsVersion) + " | " +
         to_text(shipped_kernel_table(kernels.name)) + " | ";
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

/// Why it could not be kept; empty: it was.
std::string keep_measured(const fs::path& file, const std::string& key, const KernelTable& table) {
  std::string lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(key)) lines += line + "\n";
  }
  std::error_code ignored;
  fs::create_directories(file.parent_path(), ignored);
  try {
    write_file(file, lines + key + to_text(table) + "\n");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

KernelChoice kernels_of_this_processor(const fs::path& cache, const std::function<void(double)>& tick) {
  const KernelSet& kernels = choose_kernels();
  const std::string_view wanted = variable("CRESCENDO_KERNELS");
  if (wanted == "shipped") return {shipped_kernel_table(kernels.name)};
  if (!wanted.empty()) bad_input("CRESCENDO_KERNELS is '" + std::string(wanted) + "'; it may be shipped, or not set");
  const std::string key = key_of(kernels);
  const fs::path file = cache / "kernels.txt";
  const bool keeps = !cache.empty() && processor_name() != "unknown";
  if (keeps) {
    if (const auto measured = find_measured(file, key)) return {*measured};
  }
  const KernelTable table = timed_kernel_table(kernels, tick);
  if (!keeps) return {table, "there is no cache folder, or the processor has no name"};
  return {table, keep_measured(file, key, table)};
}

KernelTable read_kernel_table(const fs::path& file) {
  KernelTable table = parse_kernel_table(read_file(file), file.string());
  if (!runs_here(table)) {
    bad_input(file.string() + " holds kernels of " + table.isa() +
              ", whose instructions this processor lacks; 'crescendo kernels' prints some that it has");
  }
  return table;
}

}  // namespace crescendo
