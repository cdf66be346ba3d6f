#include "cli/loss_text.h"

#include <fmt/format.h>

#include "cli/words.h"
#include "study/names.h"

namespace crescendo {

std::string loss_text(const Study& study, double loss) {
  return trains_pictures(study) ? percent(loss) : fmt::format("{:.6g}", turned(study, loss));
}

}  // namespace crescendo
