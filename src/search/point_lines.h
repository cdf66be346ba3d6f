#pragma once

#include <string>
#include <vector>

#include "crescendo/study.h"

namespace crescendo {

/// The points in a file: one JSON object of parameters a line (empty lines are skipped), or, where its name ends in
/// .toml, the table [point] as best.toml has it. `-`: lines of standard input.
/// Throws Error (bad input) that names the line for a point that is none of the study's space.
std::vector<Point> read_points(const std::string& file, const Study& study);

}  // namespace crescendo
