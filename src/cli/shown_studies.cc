#include "cli/shown_studies.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/files.h"
#include "base/toml.h"
#include "cli/outputs.h"
#include "crescendo/error.h"
#include "search/summary.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

// The name of the study whose files a folder holds; empty where nothing says so.
std::string study_in(const fs::path& folder) {
  const fs::path file = folder / "study.toml";
  std::error_code ignored;
  if (!fs::is_regular_file(file, ignored)) return "";
  try {
    const Json study = parse_toml(read_file(file), file.string());
    return study.contains("name") && study["name"].is_string() ? study["name"].get<std::string>() : "";
  } catch (const Error& error) {
    fmt::print(stderr, "crescendo: trials' files are not looked for in {}: {}\n", folder.string(), error.what());
    return "";
  }
}

// A name may be anything, ".." too.
bool is_folder_name(const std::string& name) {
  return name.find('/') == std::string::npos && name != "." && name != "..";
}

}  // namespace

ShownStudy shown_study(Store& store, const std::string& name, const std::string& url, fs::path folder) {
  ShownStudy shown{read_history(store, name), url, {}, std::move(folder)};
  if (const auto winner = best(shown.history)) shown.test_error = recorded_test_error(store, name, *winner);
  return shown;
}

std::vector<ShownStudy> read_shown_studies(Store& store, const std::string& url,
                                           const std::vector<std::string>& names) {
  std::vector<std::string> wanted;
  for (const std::string& name : names.empty() ? store.studies() : names) {
    if (std::find(wanted.begin(), wanted.end(), name) == wanted.end()) wanted.push_back(name);
  }
  if (wanted.empty()) not_found("the storage holds no study; make one with 'crescendo tune'");
  std::vector<ShownStudy> studies;
  for (const std::string& name : wanted) studies.push_back(shown_study(store, name, url, {}));
  return studies;
}

void find_trial_folders(const std::string& url, std::vector<ShownStudy>& studies) {
  const std::string file = storage_file(url);
  if (file.empty()) return;
  const fs::path folder = fs::absolute(file).parent_path();
  const std::string here = study_in(folder);
  for (ShownStudy& shown : studies) {
    const std::string& name = shown.history.study().name;
    std::error_code ignored;
    if (!here.empty() && name == here) {
      shown.folder = folder;
    } else if (is_folder_name(name) && fs::is_directory(folder / name, ignored)) {
      shown.folder = folder / name;
    }
  }
}

}  // namespace crescendo
