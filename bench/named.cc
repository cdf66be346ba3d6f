#include "bench/named.h"

#include <fmt/format.h>

#include <cstdlib>

#include "crescendo/error.h"

namespace crescendo {

std::vector<std::string> split(const std::string& list, char separator) {
  std::vector<std::string> parts;
  for (std::size_t from = 0, to; from <= list.size(); from = to + 1) {
    to = std::min(list.find(separator, from), list.size());
    parts.push_back(list.substr(from, to - from));
  }
  return parts;
}

Named parse_named(const std::string& text) {
  const std::vector<std::string> words = split(text, ':');
  Named named{words.front()};
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::size_t equals = words[i].find('=');
    if (equals == std::string::npos) bad_input(fmt::format("'{}' is not of the form name:option=value", text));
    const std::string name = words[i].substr(0, equals), value = words[i].substr(equals + 1);
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    if (value == "true" || value == "false") {
      named.options[name] = value == "true";
    } else if (!value.empty() && *end == '\0') {
      named.options[name] = number;
    } else {
      named.options[name] = value;
    }
  }
  return named;
}

}  // namespace crescendo
