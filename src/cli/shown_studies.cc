#include "cli/shown_studies.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "base/files.h"
#include "base/toml.h"
#include "cli/version.h"
#include "search/summary.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

bool holds_study(const fs::path& folder, const std::string& name) {
  const fs::path file = folder / "study.toml";
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return false;
  const Json study = parse_toml(read_file(file), file.string());
  return study.contains("name") && study["name"] == name;
}

// A name may be anything, ".." too.
bool is_folder_name(const std::string& name) {
  return name.find('/') == std::string::npos && name != "." && name != "..";
}

fs::path files_of_study(const std::string& url, const std::string& name) {
  const std::string file = storage_file(url);
  if (file.empty()) return {};
  const fs::path folder = fs::absolute(file).parent_path();
  if (holds_study(folder, name)) return folder;
  std::error_code ignored;
  return is_folder_name(name) && fs::is_directory(folder / name, ignored) ? folder / name : fs::path();
}

}  // namespace

std::string storage_file(const std::string& url) {
  constexpr std::string_view kSqlite = "sqlite:///";
  return url.starts_with(kSqlite) ? url.substr(kSqlite.size()) : "";
}

void show_study(Store& store, const std::string& name, const std::string& url, fs::path folder, ShownStudies& studies) {
  const History& history = studies.histories.emplace_back(read_history(store, name));
  const auto winner = best(history);
  const auto test_error = winner ? recorded_test_error(store, name, *winner) : std::nullopt;
  studies.shown.push_back({history, url, test_error, std::move(folder)});
}

ShownStudies read_shown_studies(const std::string& url, const std::vector<std::string>& names) {
  const auto store = open_existing_store(url);
  std::vector<std::string> wanted;
  for (const std::string& name : names.empty() ? store->studies() : names) {
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) wanted.push_back(name);
  }
  if (wanted.empty()) not_found("the storage holds no study; make one with 'crescendo tune'");
  ShownStudies studies;
  for (const std::string& name : wanted) show_study(*store, name, url, files_of_study(url, name), studies);
  return studies;
}

std::string snapshot_now(const ShownStudies& studies, int details) {
  SnapshotOptions options;
  options.details = details;
  options.written = fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr)));
  options.program = program_version();
  Snapshot taken = snapshot(studies.shown, options);
  for (const std::string& note : taken.notes) fmt::print(stderr, "crescendo: {}\n", note);
  return std::move(taken.json);
}

}  // namespace crescendo
