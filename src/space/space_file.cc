#include "space/space_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/files.h"
#include "base/toml.h"
#include "space/config_space.h"
#include "space/parse.h"
#include "space/wandb_sweep.h"

namespace crescendo {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kMostBytes = 1 << 20;

SpaceFile parse_own(std::string_view text, std::string_view what) {
  const Json json = parse_toml(text, what);
  FieldReader in(json, std::string(what));
  SpaceFile file;
  const Json* constraints = in.take("constraints");
  file.space = parse_space(in.require("parameter"), constraints ? *constraints : Json::array());
  bool maximize = false;
  if (in.read("maximize", maximize)) file.maximize = maximize;
  std::vector<std::string_view> left_out;
  for (const auto& [key, value] : json.items()) {
    if (key != "parameter" && key != "constraints" && key != "maximize") left_out.push_back(key);
  }
  if (!left_out.empty())
    file.notes.push_back(fmt::format("of {}, these are not used: {}", what, fmt::join(left_out, " ")));
  return file;
}

}  // namespace

SpaceFile read_space_file(const fs::path& path) {
  const std::string what = path.string(), kind = path.extension().string();
  const bool yaml = kind == ".yaml" || kind == ".yml";
  if (kind != ".toml" && kind != ".json" && !yaml) {
    bad_input(
        fmt::format("{}: a space is read from a file called .toml (parameters as in a study), .json (ConfigSpace) or "
                    ".yaml (a sweep of W&B)",
                    what));
  }
  std::error_code unknown;
  if (const auto size = fs::file_size(path, unknown); !unknown && size > kMostBytes) {
    bad_input(fmt::format("{} is larger than 1 MiB, which no space is", what));
  }
  const std::string text = read_file(path);
  if (kind == ".toml") return parse_own(text, what);
  return yaml ? parse_wandb_sweep(text, what) : parse_config_space(text, what);
}

}  // namespace crescendo
