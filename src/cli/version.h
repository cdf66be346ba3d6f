#pragma once

#include <string>

namespace crescendo {

/// "crescendo 0.1.0".
std::string program_version();

}  // namespace crescendo
