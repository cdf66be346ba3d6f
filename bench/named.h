#pragma once

#include <string>
#include <vector>

#include "crescendo/study.h"

namespace crescendo {

/// The parts of a list; an empty text is one empty part.
std::vector<std::string> split(const std::string& list, char separator = ',');

/// "tpe:joint=false:gamma=0.2" is a member of a family with options. Throws Error (bad input).
Named parse_named(const std::string& text);

}  // namespace crescendo
