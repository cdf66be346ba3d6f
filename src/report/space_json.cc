#include "report/space_json.h"

#include "crescendo/error.h"
#include "space/parse.h"

namespace crescendo {
namespace {

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kFloat:
      return "float";
    case Kind::kInt:
      return "int";
    case Kind::kCategorical:
      return "categorical";
    case Kind::kOrdinal:
      return "ordinal";
  }
  return "";
}

Json choices_json(const Parameter& parameter, const std::vector<int>& places) {
  Json choices = Json::array();
  for (const int place : places) choices.push_back(to_json(parameter.choices[static_cast<std::size_t>(place)]));
  return choices;
}

Json parameter_json(const Parameter& parameter) {
  Json json = {{"name", parameter.name}, {"kind", kind_name(parameter.kind)},
               {"low", nullptr},         {"high", nullptr},
               {"log", nullptr},         {"step", nullptr},
               {"choices", nullptr}};
  if (has_choices(parameter)) {
    json["choices"] = Json::array();
    for (const Value& choice : parameter.choices) json["choices"].push_back(to_json(choice));
  } else {
    json["low"] = to_json(external(parameter, parameter.low));
    json["high"] = to_json(external(parameter, parameter.high));
    json["log"] = parameter.log;
    if (step_of(parameter) > 0) json["step"] = step_of(parameter);
  }
  json["active_when"] = Json::array();
  for (const Condition& condition : parameter.active_when) json["active_when"].push_back(to_text(condition));
  return json;
}

}  // namespace

Json parameters_json(const Space& space) {
  Json list = Json::array();
  for (const Parameter& parameter : space.parameters()) list.push_back(parameter_json(parameter));
  return list;
}

Json sides_json(const Space& space, const Box& box) {
  Json sides = Json::object();
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Box::Side& side = box.sides[i];
    sides[space[i].name] =
        has_choices(space[i])
            ? choices_json(space[i], side.choices)
            : Json::array({to_json(external(space[i], side.low)), to_json(external(space[i], side.high))});
  }
  return sides;
}

}  // namespace crescendo
