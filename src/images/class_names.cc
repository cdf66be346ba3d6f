#include "images/class_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/files.h"
#include "crescendo/error.h"

namespace crescendo {

std::vector<std::string> read_class_names(const std::filesystem::path& file, const std::string& name) {
  std::vector<std::string> names;
  std::istringstream lines(read_file(file));
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    names.push_back(line);
  }
  while (!names.empty() && names.back().empty()) names.pop_back();  // as the files of CIFAR end
  const auto blank = std::find(names.begin(), names.end(), "");
  if (names.empty() || blank != names.end()) {
    bad_input(fmt::format("'{}' line {} is empty; give one class name a line", name, blank - names.begin() + 1));
  }
  return names;
}

std::vector<int> number_labels(std::span<int> labels) {
  std::vector<int> occurring(labels.begin(), labels.end());
  std::sort(occurring.begin(), occurring.end());
  occurring.erase(std::unique(occurring.begin(), occurring.end()), occurring.end());
  for (int& label : labels) {
    label = static_cast<int>(std::lower_bound(occurring.begin(), occurring.end(), label) - occurring.begin());
  }
  return occurring;
}

}  // namespace crescendo
