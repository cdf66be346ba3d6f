#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "space/parse.h"
#include "study/names.h"
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
    for (int rung = 0; rung <= study.top(); ++rung) names += (names.empty() ? "" : ", ") + rung_name(study, rung);
    return names;
  };
  if (text(stored) != text(wanted)) {
    return fmt::format("its sizes are {}, now {} are asked for", text(stored), text(wanted));
  }
  return "its rungs differ in epochs, shares or limits";
}

// The first constraint that one of them lacks.
std::string constraint_difference(const Study& stored, const Study& wanted) {
  const Json was = constraints_to_json(stored.space), is = constraints_to_json(wanted.space);
  const auto lacks = [](const Json& list, const Json& text) {
    return std::find(list.begin(), list.end(), text) == list.end();
  };
  for (const Json& text : was) {
    if (lacks(is, text)) return fmt::format("it has the constraint {}, which is not asked for now", to_line(text));
  }
  for (const Json& text : is) {
    if (lacks(was, text)) return fmt::format("it lacks the constraint {}, which is asked for now", to_line(text));
  }
  return "";
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
  Json a = to_json(stored), b = to_json(wanted);
  if (stored.maximize != wanted.maximize) return was_and_is("maximize", stored.maximize, wanted.maximize);
  for (const auto& [key, ignored] : b.items()) a.emplace(key, Json());  // what is left out is null
  for (const auto& [key, value] : a.items()) {
    if (key == "budget" || key == "constraints" || value == b[key]) continue;
    if (key == "rung") return ladder_difference(stored, wanted);
    if (key == "parameter") return "its space is another";
    if (!value.is_object()) return was_and_is(key, value, b[key]);
    if (value["name"] != b[key]["name"]) return was_and_is(key, value["name"], b[key]["name"]);
    return option_difference(key, value, b[key]);
  }
  return constraint_difference(stored, wanted);
}

}  // namespace crescendo
