#include "train/backends.h"

#include <string>

#include "crescendo/error.h"

namespace crescendo {

BackendEntry find_backend(std::string_view name) {
  std::string known;
  for (const auto& backend : kBackends) {
    const BackendEntry entry = backend();
    if (entry.name == name) return entry;
    known += ' ' + std::string(entry.name);
  }
  bad_input("no training backend called '" + std::string(name) + "'; there are:" + known);
}

}  // namespace crescendo
