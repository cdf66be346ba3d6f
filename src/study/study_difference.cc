#include <fmt/format.h>

#include <limits>

#include "study/study_file.h"

namespace crescendo {
namespace {

std::string was_and_is(std::string_view what, const Json& was, const Json& is) {
  return fmt::format("its {} is {}, now {} is asked for", what, to_line(was), to_line(is));
}

// The first option in which two members of one family differ; an option that one lacks is null there.
std::string option_difference(const std::string& family, const Json& was, const Json& is) {
  for (const Json* options : {&was, &is}) {
    for (const auto& [key, ignored] : options->items()) {
      const Json a = was.value(key, Json()), b = is.value(key, Json());
      if (a != b) return was_and_is(family + "'s " + key, a, b);
    }
  }
  return "";
}

std::string ladder_difference(const Study& stored, const Study& wanted) {
  const auto text = [](const Study& study) {
    std::string names;
    for (const Rung& rung : study.ladder) names += (names.empty() ? "" : ", ") + rung_name(rung);
    return names;
  };
  if (text(stored) != text(wanted)) {
    return fmt::format("its sizes are {}, now {} are asked for", text(stored), text(wanted));
  }
  return "its rungs differ in epochs, shares or limits";
}

}  // namespace

bool is_smaller(const Budget& a, const Budget& b, bool maximize) {
  constexpr double kNone = std::numeric_limits<double>::infinity();
  const auto count = [](const std::optional<int>& limit) { return limit ? *limit : kNone; };
  const auto difficulty = [&](const Budget& budget) {
    return budget.target ? (maximize ? *budget.target : -*budget.target) : kNone;
  };
  for (const auto& [name, total] : a.fidelity) {
    const auto other = b.fidelity.find(name);
    if (other == b.fidelity.end() || total < other->second) return true;
  }
  return count(a.trials) < count(b.trials) || a.seconds.value_or(kNone) < b.seconds.value_or(kNone) ||
         a.cpu_seconds.value_or(kNone) < b.cpu_seconds.value_or(kNone) || count(a.patience) < count(b.patience) ||
         difficulty(a) < difficulty(b);
}

std::string difference(const Study& stored, const Study& wanted) {
  const Json a = to_json(stored), b = to_json(wanted);
  for (const Json* fields : {&a, &b}) {  // some are there only where they are not as usual
    for (const auto& [key, ignored] : fields->items()) {
      const Json was = a.value(key, Json()), is = b.value(key, Json());
      if (key == "budget" || was == is) continue;
      if (key == "rung") return ladder_difference(stored, wanted);
      if (key == "parameter") return "its space is another";
      if (!was.is_object()) return was_and_is(key, was, is);
      if (was["name"] != is["name"]) return was_and_is(key, was["name"], is["name"]);
      return option_difference(key, was, is);
    }
  }
  return "";
}

}  // namespace crescendo
