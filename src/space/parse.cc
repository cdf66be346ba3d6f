#include "space/parse.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace crescendo {
namespace {

// Longer operators first: ">=" would otherwise be read as ">".
constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons = {{
    {"==", Comparison::kEqual},
    {"!=", Comparison::kNotEqual},
    {"<=", Comparison::kLessOrEqual},
    {">=", Comparison::kGreaterOrEqual},
    {"<", Comparison::kLess},
    {">", Comparison::kGreater},
}};

constexpr std::array<std::pair<std::string_view, Kind>, 4> kKinds = {{
    {"float", Kind::kFloat},
    {"int", Kind::kInt},
    {"categorical", Kind::kCategorical},
    {"ordinal", Kind::kOrdinal},
}};

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Value parse_operand(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front()) {
    return std::string(text.substr(1, text.size() - 2));
  }
  if (text == "true") return true;
  if (text == "false") return false;
  if (text == "null") return {};
  const char* end = text.data() + text.size();
  std::int64_t integer = 0;
  if (auto [rest, failed] = std::from_chars(text.data(), end, integer); failed == std::errc() && rest == end) {
    return integer;
  }
  double number = 0;
  if (auto [rest, failed] = std::from_chars(text.data(), end, number);
      failed == std::errc() && rest == end && std::isfinite(number)) {
    return number;
  }
  return std::string(text);
}

// Where `part` begins outside of quotes; npos if nowhere.
std::size_t find_unquoted(std::string_view text, std::string_view part) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote == 0 && text.substr(i, part.size()) == part) return i;
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '\'' || text[i] == '"') {
      quote = text[i];
    }
  }
  return std::string_view::npos;
}

Condition parse_condition(std::string_view text) {
  for (const auto& [sign, comparison] : kComparisons) {
    const std::size_t at = find_unquoted(text, sign);
    if (at == std::string_view::npos) continue;
    const std::string_view name = trim(text.substr(0, at));
    const std::string_view operand = trim(text.substr(at + sign.size()));
    if (!name.empty() && !operand.empty()) return {std::string(name), comparison, parse_operand(operand)};
  }
  bad_input(fmt::format("the condition '{}' is not of the form: name == value (or != < <= > >=)", text));
}

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
  named.finish();
  return p;
}

Json number_json(const Parameter& p, double value) {
  return p.kind == Kind::kInt ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

}  // namespace

std::vector<Condition> parse_conditions(std::string_view text) {
  std::vector<Condition> conditions;
  while (true) {
    const std::size_t at = find_unquoted(text, " and ");
    conditions.push_back(parse_condition(trim(text.substr(0, at))));
    if (at == std::string_view::npos) return conditions;
    text.remove_prefix(at + 5);
  }
}

std::string to_text(const Condition& condition) {
  const auto sign = std::find_if(kComparisons.begin(), kComparisons.end(),
                                 [&](const auto& c) { return c.second == condition.comparison; });
  std::string value = to_text(condition.value);
  if (std::holds_alternative<std::string>(condition.value)) {
    const char quote = value.find('\'') == std::string::npos ? '\'' : '"';
    value = quote + value + quote;
  }
  return fmt::format("{} {} {}", condition.parameter, sign->first, value);
}

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

Space parse_space(const Json& parameters) {
  if (!parameters.is_array() || parameters.empty()) bad_input("a space must be a list of at least one parameter");
  std::vector<Parameter> result;
  for (const Json& json : parameters) result.push_back(parse_parameter(json, result.size()));
  return Space(std::move(result));
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
