#include "report/details.h"

#include <fmt/format.h>

#include "base/files.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

}  // namespace

Json details_json(const fs::path& folder, std::span<const int> trials, std::vector<std::string>& notes) {
  Json details = Json::object();
  if (folder.empty()) return details;
  for (const int trial : trials) {
    Json found = Json::object();
    for (const char* name : {"curve", "confusion", "mistakes"}) {
      const fs::path file = folder / "trials" / std::to_string(trial) / fmt::format("{}.json", name);
      std::error_code ignored;
      if (!fs::is_regular_file(file, ignored)) continue;
      try {
        found[name] = parse_json(read_file(file), file.string());
      } catch (const Error& error) {
        // A program may leave what it likes under these names.
        notes.push_back(fmt::format("left out: {}", error.what()));
      }
    }
    if (!found.empty()) details[std::to_string(trial)] = std::move(found);
  }
  return details;
}

}  // namespace crescendo
