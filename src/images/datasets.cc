#include "images/datasets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "crescendo/error.h"
#include "images/largest_classes.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

std::string known_layouts() {
  std::string text;
  for (const auto& entry : kDataSets) {
    text += fmt::format("{}{} ({})", text.empty() ? "" : ", ", entry().name, entry().summary);
  }
  return text;
}

// Where a folder that is not there would come from, if its name says what it is to hold.
std::string origin_of(const fs::path& root) {
  std::string name = root.filename().string();
  for (char& letter : name) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  for (const auto& make_entry : kDataSets) {
    const DataSetEntry entry = make_entry();
    if (!entry.origin.empty() && name.find(entry.name) != name.npos) return fmt::format("; {}", entry.origin);
  }
  return "";
}

void check_options(const DataSetEntry& entry, const DataOptions& options, const std::string& root) {
  const std::pair<std::string_view, int> given[] = {{"fold", options.fold}, {"frames", options.frames}};
  for (const auto& [option, value] : given) {
    if (value < 0) bad_input(fmt::format("{} is {}; it must not be negative", option, value));
    if (value == 0 || std::find(entry.options.begin(), entry.options.end(), option) != entry.options.end()) continue;
    std::vector<std::string_view> takers;
    for (const auto& make_entry : kDataSets) {
      const std::vector<std::string_view> taken = make_entry().options;
      if (std::find(taken.begin(), taken.end(), option) != taken.end()) takers.push_back(make_entry().name);
    }
    bad_input(fmt::format("{} is {}, but '{}' is laid out as {}, which has no {}; {} is for: {}", option, value, root,
                          entry.name, option == "fold" ? "folds" : option, option, fmt::join(takers, " ")));
  }
}

void check_usable(const DataSet& data, const std::string& root) {
  if (data.classes().size() < 2) {
    bad_input(fmt::format("'{}' has only the class '{}'; a classifier needs at least two", root,
                          data.classes().empty() ? "" : data.classes().front()));
  }
  std::vector<std::size_t> training(data.classes().size());
  bool validated = false;
  for (const DataSet::Entry& entry : data.entries()) {
    if (entry.part == Part::kTraining) ++training[entry.label];
    validated = validated || entry.part == Part::kValidation;
  }
  const auto untrained = std::find(training.begin(), training.end(), std::size_t{0});
  if (untrained != training.end()) {
    bad_input(fmt::format("class '{}' of '{}' has no training picture; each class needs one",
                          data.classes()[untrained - training.begin()], root));
  }
  if (!validated)
    bad_input(
        fmt::format("'{}' has no validation picture; give at least one class more pictures, of more persons where "
                    "the data set is split by person",
                    root));
}

}  // namespace

std::unique_ptr<DataSet> open_data_set(const fs::path& root, const DataOptions& options) {
  if (!(options.share > 0 && options.share <= 1)) {
    bad_input(fmt::format("the share of the pictures is {}; it must be above 0 and at most 1", options.share));
  }
  const std::string name = root.string();
  try {
    if (!fs::exists(root)) not_found(fmt::format("there is no data folder '{}'{}", name, origin_of(root)));
    if (!fs::is_directory(root)) {
      bad_input(fmt::format("'{}' is a file; a data set is a folder: {}", name, known_layouts()));
    }
    for (const auto& make_entry : kDataSets) {
      const DataSetEntry entry = make_entry();
      if (!entry.recognises(root)) continue;
      check_options(entry, options, name);
      std::unique_ptr<DataSet> data = entry.open(root, options);
      if (options.classes > 0) data = largest_classes(std::move(data), options.classes);
      check_usable(*data, name);
      return data;
    }
  } catch (const fs::filesystem_error& refused) {
    unavailable(fmt::format("'{}' cannot be read: {}", refused.path1().string(), refused.code().message()));
  }
  bad_input(fmt::format("'{}' is laid out in no known way; there are: {}", name, known_layouts()));
}

}  // namespace crescendo
