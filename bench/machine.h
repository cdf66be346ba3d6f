#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace crescendo {

/// As the system calls it.
std::string processor_name();

/// What every raw row of one run begins with: {"date", "machine", "isa", "commit", "compiler"}. The
/// commit is that of the source tree now, with "-dirty" behind it where files differ.
Json run_description(std::string_view isa);

}  // namespace crescendo
