#pragma once

#include <string>

#include "crescendo/study.h"

namespace crescendo {

/// A schedule with a sampler, under the name that rows have.
struct Method {
  std::string name;
  Named schedule, sampler;
};

/// "bohb", a preset, or "asha:skip=false+tpe", a schedule and a sampler as parse_named() reads them. Throws Error (bad
/// input).
Method parse_method(const std::string& text);

}  // namespace crescendo
