// The layers of docs/architecture.md: a file includes only what the table allows its module.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace crescendo {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

const fs::path kRoot = CRESCENDO_SOURCE_DIR;

// The module of include/crescendo/X.h: the one it is named for, or the study's, whose data it declares.
const std::map<std::string, std::string> kOwners = {
    {"error", "base"},      {"rng", "base"},          {"space", "space"}, {"images", "images"},
    {"study", "study"},     {"history", "study"},     {"step", "study"},  {"outcome", "study"},
    {"sampler", "sampler"}, {"schedule", "schedule"}, {"store", "store"}, {"objective", "objective"},
    {"importance", "importance"}, {"search", "search"}, {"report", "report"}};

// What each module may include besides itself.
const std::map<std::string, Names> kAllowed = {{"base", {}},
                                               {"numeric", {"base"}},
                                               {"space", {"base"}},
                                               {"images", {"base"}},
                                               {"study", {"base", "space"}},
                                               {"train", {"base", "numeric", "images"}},
                                               {"importance", {"base", "numeric", "space", "study"}},
                                               {"sampler", {"base", "numeric", "space", "study", "importance"}},
                                               {"schedule", {"base", "numeric", "space", "study", "importance"}},
                                               {"store", {"base", "space", "study"}},
                                               {"objective", {"base", "space", "images", "study", "train"}},
                                               {"search",
                                                {"base", "numeric", "space", "images", "study", "train", "importance",
                                                 "sampler", "schedule", "store", "objective"}},
                                               {"report", {"base", "space", "study", "importance"}}};

std::string module_of(const fs::path& file) {
  const fs::path relative = fs::relative(file, kRoot);
  auto part = relative.begin();
  if (*part == "include") {
    const std::string stem = file.stem().string();
    return kOwners.contains(stem) ? kOwners.at(stem) : "?";
  }
  return (++part)->string();  // src/<module>/...
}

std::vector<std::string> includes_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> found;
  const std::regex pattern("^\\s*#include \"([^\"]+)\"");
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_search(line, match, pattern)) found.push_back(match[1]);
  }
  return found;
}

TEST(Architecture, AFileIncludesOnlyModulesOfLowerLayers) {
  int seen = 0;
  for (const char* folder : {"include", "src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / folder)) {
      const fs::path& file = entry.path();
      if (file.extension() != ".h" && file.extension() != ".cc") continue;
      const std::string module = module_of(file);
      if (module == "cli") continue;
      ASSERT_TRUE(kAllowed.contains(module)) << file << " belongs to no module of the table";
      for (const std::string& include : includes_of(file)) {
        ++seen;
        const bool is_public = include.starts_with("crescendo/");
        const fs::path target = is_public ? kRoot / "include" / include : kRoot / "src" / include;
        ASSERT_TRUE(fs::exists(target)) << file << " includes " << include;
        const std::string other = module_of(target);
        const bool allowed = other == module || kAllowed.at(module).contains(other);
        EXPECT_TRUE(allowed) << fs::relative(file, kRoot) << " (" << module << ") includes " << include << " (" << other
                             << ")";
      }
    }
  }
  EXPECT_GT(seen, 100);
}

}  // namespace
}  // namespace crescendo
