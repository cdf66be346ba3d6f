#include "report/details.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/files.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kMostBytes = 1'000'000;  // of a file

template <class Promise>
bool all_of(const Json& list, const Promise& promise) {
  return list.is_array() && std::all_of(list.begin(), list.end(), promise);
}

bool is_text(const Json& value) { return value.is_string(); }
bool is_number_or_null(const Json& value) { return value.is_number() || value.is_null(); }
bool is_count(const Json& value) { return value.is_number_unsigned(); }

bool is_curve(const Json& json) {
  return all_of(json, [](const Json& epoch) {
    return epoch.is_object() && epoch.contains("epoch") && epoch["epoch"].is_number() &&
           std::all_of(epoch.begin(), epoch.end(), is_number_or_null);
  });
}

bool is_confusion(const Json& json) {
  if (!json.is_object() || json.size() != 2 || !json.contains("classes") || !json.contains("confusion")) return false;
  const Json &classes = json["classes"], &rows = json["confusion"];
  return all_of(classes, is_text) && !classes.empty() && rows.size() == classes.size() &&
         all_of(rows, [&](const Json& row) { return row.size() == classes.size() && all_of(row, is_count); });
}

bool is_mistake(const Json& json) {
  const auto has = [&](const char* field, auto is) { return json.contains(field) && (json[field].*is)(); };
  return json.is_object() && json.size() == 6 &&
         (has("picture", &Json::is_string) || has("picture", &Json::is_number)) && has("class", &Json::is_string) &&
         has("predicted", &Json::is_string) && has("probability", &Json::is_number) && has("side", &Json::is_number) &&
         has("png", &Json::is_string);
}

bool are_mistakes(const Json& json) { return all_of(json, is_mistake); }

struct Detail {
  const char* name;
  bool (*fits)(const Json& json);
  bool has_pictures;
  const char* form;
};
constexpr std::array kDetails = {
    Detail{"curve", is_curve, false, "a list of epochs, each with its number \"epoch\" and other numbers"},
    Detail{"confusion", is_confusion, false,
           "\"classes\", a list of names, and \"confusion\", a row of counts for each"},
    Detail{
        "mistakes", are_mistakes, true,
        "a list of pictures, each with \"picture\", \"class\", \"predicted\", \"probability\", \"side\" and \"png\""},
};

// A program may leave what it likes under these names: throws Error (bad input) if it is nothing to show.
Json read_detail(const fs::path& file, const Detail& detail) {
  std::error_code gone;  // then reading it says so
  if (const auto size = fs::file_size(file, gone); !gone && size > kMostBytes) {
    bad_input(fmt::format("{} is larger than {} bytes", file.string(), kMostBytes));
  }
  Json json = parse_json(read_file(file), file.string());
  if (!detail.fits(json)) bad_input(fmt::format("{} is not {}", file.string(), detail.form));
  return json;
}

}  // namespace

Json details_json(const fs::path& folder, std::span<const int> trials, std::uintmax_t picture_bytes,
                  std::vector<std::string>& notes) {
  Json details = Json::object();
  if (folder.empty()) return details;
  for (const int trial : trials) {
    Json found = Json::object();
    for (const Detail& detail : kDetails) {
      const fs::path file = folder / "trials" / std::to_string(trial) / fmt::format("{}.json", detail.name);
      std::error_code ignored;
      if (!fs::is_regular_file(file, ignored)) continue;
      try {
        Json json = read_detail(file, detail);
        if (detail.has_pictures) {
          const std::uintmax_t size = to_line(json).size();
          if (size > picture_bytes) continue;
          picture_bytes -= size;
        }
        found[detail.name] = std::move(json);
      } catch (const Error& error) {
        notes.push_back(fmt::format("left out: {}", error.what()));
      }
    }
    if (!found.empty()) details[std::to_string(trial)] = std::move(found);
  }
  return details;
}

}  // namespace crescendo
