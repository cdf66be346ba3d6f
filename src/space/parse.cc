#include "space/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace crescendo {
namespace {

constexpr std::array<std::pair<std::string_view, Kind>, 4> kKinds = {{
    {"float", Kind::kFloat},
    {"int", Kind::kInt},
    {"categorical", Kind::kCategorical},
    {"ordinal", Kind::kOrdinal},
}};

Parameter parse_parameter(const Json& json, std::size_t position) {
  FieldReader in(json, fmt::format("parameter {}", position + 1));
  Parameter p;
  in.read("name", p.name);
  FieldReader named(json, fmt::format("parameter '{}'", p.name));
  named.take("name");
  std::string kind;
  if (!named.read("type", kind))
    bad_input(named.what() + ": type is missing; there are: float int categorical ordinal");
  const auto known = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) { return k.first == kind; });
  if (known == kKinds.end()) {
    bad_input(fmt::format("{}: no type called '{}'; there are: float int categorical ordinal", named.what(), kind));
  }
  p.kind = known->second;
  if (p.kind == Kind::kFloat || p.kind == Kind::kInt) {
    if (!named.read("low", p.low)) bad_input(named.what() + ": low is missing");
    if (!named.read("high", p.high)) bad_input(named.what() + ": high is missing");
    named.read("log", p.log);
    double step = 0;
    if (named.read("step", step)) p.step = step;
  } else {
    const Json& choices = named.require("choices");
    if (!choices.is_array()) named.wrong_type("choices", "a list");
    for (const Json& choice : choices) p.choices.push_back(to_value(choice, named.what()));
  }
  if (const Json* conditions = named.take("active_when")) {
    const Json list = conditions->is_array() ? *conditions : Json::array({*conditions});
    for (const Json& text : list) {
      if (!text.is_string()) named.wrong_type("active_when", "a text such as conv_layers >= 3, or a list of them");
      for (Condition& c : parse_conditions(text.get<std::string>())) p.active_when.push_back(std::move(c));
    }
  }
  named.read("narrow", p.narrow);
  named.read("perturb", p.perturb);
  named.finish();
  return p;
}

Json number_json(const Parameter& p, double value) {
  return p.kind == Kind::kInt ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

}  // namespace

Value to_value(const Json& json, std::string_view what) {
  if (json.is_null()) return {};
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > INT64_MAX) return json.get<double>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_string()) return json.get<std::string>();
  bad_input(fmt::format("{}: {} is not a number, a text, true, false or null", what, to_line(json)));
}

Json to_json(const Value& value) {
  return std::visit(
      [](const auto& v) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(v)>, std::monostate>) {
          return nullptr;
        } else {
          return v;
        }
      },
      value);
}

Space parse_space(const Json& parameters, const Json& constraints) {
  if (!parameters.is_array() || parameters.empty()) bad_input("a space must be a list of at least one parameter");
  std::vector<Parameter> result;
  for (const Json& json : parameters) result.push_back(parse_parameter(json, result.size()));
  if (!constraints.is_array()) bad_input("constraints must be a list of texts such as \"a <= b\"");
  std::vector<Constraint> kept;
  for (const Json& text : constraints) {
    if (!text.is_string())
      bad_input(fmt::format("a constraint must be a text such as \"a <= b\", not {}", to_line(text)));
    kept.push_back(parse_constraint(text.get<std::string>()));
  }
  return Space(std::move(result), std::move(kept));
}

Json constraints_to_json(const Space& space) {
  Json list = Json::array();
  for (const Constraint& constraint : space.constraints()) list.push_back(to_text(constraint));
  return list;
}

Json to_json(const Space& space) {
  Json list = Json::array();
  for (const Parameter& p : space.parameters()) {
    Json json;
    json["name"] = p.name;
    json["type"] = std::find_if(kKinds.begin(), kKinds.end(), [&](const auto& k) { return k.second == p.kind; })->first;
    if (p.choices.empty()) {
      json["low"] = number_json(p, p.low);
      json["high"] = number_json(p, p.high);
      if (p.log) json["log"] = true;
      if (p.step) json["step"] = number_json(p, *p.step);
    } else {
      for (const Value& choice : p.choices) json["choices"].push_back(to_json(choice));
    }
    for (const Condition& condition : p.active_when) json["active_when"].push_back(to_text(condition));
    if (!p.narrow) json["narrow"] = false;
    if (p.perturb) json["perturb"] = true;
    list.push_back(std::move(json));
  }
  return list;
}

Json point_to_json(const Space& space, const Point& point) {
  Json object = Json::object();
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (!std::isnan(point.values[i])) object[space[i].name] = to_json(external(space[i], point.values[i]));
  }
  return object;
}

Point parse_point(const Space& space, const Json& object) {
  FieldReader in(object, "the point");
  Point point{std::vector<double>(space.size(), kInactive)};
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Json* field = in.take(space[i].name);
    if (field) point.values[i] = internal(space[i], to_value(*field, space[i].name));
  }
  in.finish();
  space.check(point);
  return point;
}

Space space_of_point(const Json& object) {
  if (!object.is_object() || object.empty()) bad_input("a point must be a table of at least one parameter");
  std::vector<Parameter> parameters;
  for (const auto& [name, value] : object.items()) {
    Parameter p;
    p.name = name;
    if (value.is_number()) {
      p.kind = value.is_number_integer() ? Kind::kInt : Kind::kFloat;
      p.low = p.high = value.get<double>();
    } else {
      p.kind = Kind::kCategorical;
      p.choices = {to_value(value, name)};
    }
    parameters.push_back(std::move(p));
  }
  return Space(std::move(parameters));
}

Json box_to_json(const Space& space, const Box& box) {
  Json object = Json::object();
  const Box all = whole(space);
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Box::Side& side = box.sides[i];
    if (side == all.sides[i]) continue;
    if (side.choices.empty()) {
      object[space[i].name] = {number_json(space[i], side.low), number_json(space[i], side.high)};
    } else {
      Json choices = Json::array();
      for (const int choice : side.choices)
        choices.push_back(to_json(space[i].choices[static_cast<std::size_t>(choice)]));
      object[space[i].name] = std::move(choices);
    }
  }
  return object;
}

Box parse_box(const Space& space, const Json& object) {
  FieldReader in(object, "a box");
  Box box = whole(space);
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Parameter& p = space[i];
    const Json* field = in.take(p.name);
    if (!field) continue;
    if (!field->is_array() || field->empty()) in.wrong_type(p.name, "a list");
    Box::Side& side = box.sides[i];
    if (p.choices.empty()) {
      if (field->size() != 2) in.wrong_type(p.name, "[low, high]");
      side.low = internal(p, to_value((*field)[0], p.name));
      side.high = internal(p, to_value((*field)[1], p.name));
      if (side.low > side.high) in.wrong_type(p.name, "[low, high] with low <= high");
    } else {
      side.choices.clear();
      for (const Json& choice : *field) side.choices.push_back(static_cast<int>(internal(p, to_value(choice, p.name))));
      std::sort(side.choices.begin(), side.choices.end());
    }
  }
  in.finish();
  return box;
}

}  // namespace crescendo
