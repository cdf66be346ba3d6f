#pragma once

#include <string>

namespace crescendo {

/// The processor's name as the system has it, "unknown" where it has none.
std::string processor_name();

}  // namespace crescendo
