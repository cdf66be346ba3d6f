#include "cli/loss_text.h"

#include <fmt/format.h>

#include "base/printable.h"
#include "cli/words.h"
#include "study/names.h"

namespace crescendo {
namespace {

constexpr int kLongestName = 40;

}  // namespace

std::string loss_text(const Study& study, double loss) {
  return trains_pictures(study) ? percent(loss) : fmt::format("{:.6g}", turned(study, loss));
}

std::string short_loss_name(const Study& study) { return printable(loss_name(study), kLongestName); }

}  // namespace crescendo
