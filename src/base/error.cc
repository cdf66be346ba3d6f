#include "crescendo/error.h"

namespace crescendo {

void bad_input(const std::string& sentence) { throw Error(ErrorKind::kBadInput, sentence); }
void not_found(const std::string& sentence) { throw Error(ErrorKind::kNotFound, sentence); }
void unavailable(const std::string& sentence) { throw Error(ErrorKind::kUnavailable, sentence); }

void check(bool kept, std::string_view promise) {
  if (!kept) throw std::logic_error("broken promise: " + std::string(promise));
}

}  // namespace crescendo
