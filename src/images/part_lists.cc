#include "images/part_lists.h"

#include <fmt/format.h>

#include <array>
#include <string_view>
#include <unordered_map>

#include "base/files.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

struct ListName {
  std::string_view file;
  Listed listed;
  bool PartsGiven::*given;
};

constexpr std::array kLists = {
    ListName{"train.txt", Listed::kTraining, &PartsGiven::training},
    ListName{"validation.txt", Listed::kValidation, &PartsGiven::validation},
    ListName{"test.txt", Listed::kTest, &PartsGiven::test},
};

std::string_view list_file(Listed listed) {
  for (const ListName& list : kLists) {
    if (list.listed == listed) return list.file;
  }
  return "no list";
}

// Also takes the carriage return of a Windows line.
std::string_view trimmed(std::string_view line) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = line.find_first_not_of(kBlank);
  if (begin == line.npos) return {};
  return line.substr(begin, line.find_last_not_of(kBlank) - begin + 1);
}

using Places = std::unordered_map<std::string_view, std::size_t>;

void read_list(std::string_view text, const ListName& list, const Places& places, std::vector<Listed>& listed) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // some Windows editors begin a file with it
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::size_t named = 0;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.empty()) continue;

    const auto place = places.find(line);
    if (place == places.end()) {
      bad_input(fmt::format("{} line {} names '{}', which is no picture of the data set; a line is 'class/file.jpg'",
                            list.file, number, line));
    }
    Listed& where = listed[place->second];
    if (where != Listed::kNowhere && where != list.listed) {
      bad_input(fmt::format("{} line {} names '{}', which {} names too; a picture belongs to one list", list.file,
                            number, line, list_file(where)));
    }
    where = list.listed;
    ++named;
  }
  if (named == 0) {
    bad_input(fmt::format("{} names no picture; give one 'class/file.jpg' a line, or no such file", list.file));
  }
}

}  // namespace

PartLists read_part_lists(const fs::path& root, std::span<const std::string> names) {
  PartLists lists{std::vector<Listed>(names.size()), {}};
  Places places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  for (const ListName& list : kLists) {
    const fs::path file = root / list.file;
    if (!fs::exists(file)) continue;
    lists.given.*list.given = true;
    read_list(read_file(file), list, places, lists.listed);
  }
  return lists;
}

}  // namespace crescendo
