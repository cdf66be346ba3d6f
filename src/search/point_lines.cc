#include "search/point_lines.h"

#include <fmt/format.h>

#include <iostream>
#include <iterator>
#include <sstream>

#include "base/files.h"
#include "base/toml.h"
#include "space/parse.h"

namespace crescendo {
namespace {

std::vector<Point> points_of_lines(std::istream& lines, const std::string& what, const Space& space) {
  std::vector<Point> points;
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::string where = fmt::format("{}, line {}", what, number);
    try {
      points.push_back(parse_point(space, parse_json(line, where)));
    } catch (const Error& error) {
      if (std::string_view(error.what()).starts_with(where)) throw;
      bad_input(fmt::format("{}: {}", where, error.what()));
    }
  }
  return points;
}

}  // namespace

std::vector<Point> read_points(const std::string& file, const Study& study) {
  if (file == "-") return points_of_lines(std::cin, "standard input", study.space);
  const std::string text = read_file(file);
  if (!file.ends_with(".toml")) {
    std::istringstream lines(text);
    return points_of_lines(lines, file, study.space);
  }
  const Json json = parse_toml(text, file);
  if (!json.contains("point")) bad_input(file + ": the table [point] is missing");
  try {
    return {parse_point(study.space, json.at("point"))};
  } catch (const Error& error) {
    bad_input(fmt::format("{}: {}", file, error.what()));
  }
}

}  // namespace crescendo
