#include "images/fit.h"

#include <fmt/format.h>

#include "crescendo/error.h"

namespace crescendo {

std::string_view fit_name(Fit fit) { return fit == Fit::kPad ? "pad" : "crop"; }

Fit find_fit(std::string_view name) {
  for (const Fit fit : {Fit::kCrop, Fit::kPad}) {
    if (name == fit_name(fit)) return fit;
  }
  bad_input(fmt::format("no fit called '{}'; there are: {} {}", name, fit_name(Fit::kCrop), fit_name(Fit::kPad)));
}

}  // namespace crescendo
