#include "cli/loss_text.h"

#include <fmt/format.h>

#include "cli/words.h"

namespace crescendo {

bool trains_pictures(const Study& study) { return study.objective.name == "cnn"; }

std::string loss_name(const Study& study) {
  if (trains_pictures(study)) return "error";
  const auto named = study.objective.options.find("loss");
  return named == study.objective.options.end() ? "loss" : std::get<std::string>(named->second);
}

std::string loss_text(const Study& study, double loss) {
  return trains_pictures(study) ? percent(loss) : fmt::format("{:.6g}", turned(study, loss));
}

}  // namespace crescendo
