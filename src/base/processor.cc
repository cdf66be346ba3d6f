#include "base/processor.h"

#include <fstream>

namespace crescendo {

std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t name = line.find_first_not_of(" \t:", line.find(':'));
    if (name != std::string::npos) return line.substr(name);
  }
  return "unknown";
}

}  // namespace crescendo
