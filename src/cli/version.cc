#include "cli/version.h"

namespace crescendo {

std::string program_version() { return "crescendo " CRESCENDO_VERSION; }

}  // namespace crescendo
