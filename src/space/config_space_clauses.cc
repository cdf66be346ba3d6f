#include "space/config_space_clauses.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "space/parse.h"

namespace crescendo {
namespace {

constexpr std::array<std::pair<std::string_view, Comparison>, 4> kComparisons = {{
    {"EQ", Comparison::kEqual},
    {"NEQ", Comparison::kNotEqual},
    {"LT", Comparison::kLess},
    {"GT", Comparison::kGreater},
}};

// Names of a relation: alone, in the older form {"type": "RELATION", "lambda": ...}, and as some versions read the
// older.
struct RelationName {
  std::string_view type, lambda, other_lambda;
  Comparison comparison;
};

constexpr std::array<RelationName, 3> kRelations = {{
    {"RELATION_LT", "LESS", "LT", Comparison::kLess},
    {"RELATION_EQ", "EQUALS", "EQ", Comparison::kEqual},
    {"RELATION_GT", "GREATER", "GT", Comparison::kGreater},
}};

std::string required_text(FieldReader& in, std::string_view name) {
  std::string text;
  if (!in.read(name, text)) bad_input(fmt::format("{}: {} is missing", in.what(), name));
  return text;
}

const Json& required_list(FieldReader& in, std::string_view name) {
  const Json& list = in.require(name);
  if (!list.is_array() || list.empty()) in.wrong_type(name, "a list of at least one");
  return list;
}

Condition one_of(std::string parameter, std::vector<Value> values) {
  if (values.size() == 1) return {std::move(parameter), Comparison::kEqual, std::move(values.front())};
  return {std::move(parameter), Comparison::kIn, {}, std::move(values)};
}

Condition parse_values(FieldReader& in, std::string parameter) {
  std::vector<Value> values;
  for (const Json& json : required_list(in, "values")) {
    Value value = to_value(json, in.what());
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(std::move(value));
  }
  return one_of(std::move(parameter), std::move(values));
}

// a == 1 or a in [2, 3], as a in [1, 2, 3].
Condition parse_either(const Json& parts, const std::string& child) {
  const auto refuse = [&] {
    bad_input(
        fmt::format("parameter '{}': conditions joined by OR have no counterpart here, unless all of them are EQ or "
                    "IN on one and the same parameter",
                    child));
  };
  std::string parent;
  std::vector<Value> values;
  for (const Json& part : parts) {
    const std::vector<Condition> conditions = parse_config_space_condition(part, child);
    if (conditions.size() != 1) refuse();
    const Condition& condition = conditions.front();
    const bool several = condition.comparison == Comparison::kIn;
    if (!several && condition.comparison != Comparison::kEqual) refuse();
    if (!parent.empty() && condition.parameter != parent) refuse();
    parent = condition.parameter;
    for (const Value& value : several ? condition.values : std::vector<Value>{condition.value}) {
      if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
    }
  }
  return one_of(std::move(parent), std::move(values));
}

const Parameter& named(std::span<const Parameter> parameters, const std::string& name, const std::string& where) {
  const auto found = std::find_if(parameters.begin(), parameters.end(), [&](const auto& p) { return p.name == name; });
  if (found == parameters.end()) bad_input(fmt::format("{} names '{}', which the file does not have", where, name));
  return *found;
}

Comparison relation_of(FieldReader& in, const std::string& type) {
  const std::string lambda = type == "RELATION" ? required_text(in, "lambda") : type;
  for (const RelationName& name : kRelations) {
    if (type == name.type || lambda == name.lambda || lambda == name.other_lambda) return name.comparison;
  }
  bad_input(
      fmt::format("{}: the relation {} has no counterpart here; there are: LESS EQUALS GREATER", in.what(), lambda));
}

// Each choice that two parameters share, forbidden for both at once.
std::vector<Constraint> never_the_same(const Parameter& left, const Parameter& right) {
  std::vector<Constraint> constraints;
  for (const Value& value : left.choices) {
    if (std::find(right.choices.begin(), right.choices.end(), value) == right.choices.end()) continue;
    constraints.push_back(
        {.forbidden = {{left.name, Comparison::kEqual, value}, {right.name, Comparison::kEqual, value}}});
  }
  return constraints;
}

std::vector<Constraint> parse_relation(FieldReader& in, const std::string& type,
                                       std::span<const Parameter> parameters) {
  const Comparison comparison = relation_of(in, type);
  const Parameter& left = named(parameters, required_text(in, "left"), in.what());
  const Parameter& right = named(parameters, required_text(in, "right"), in.what());
  in.finish();
  if (&left == &right) bad_input(fmt::format("{} compares '{}' with itself", in.what(), left.name));
  const std::string pair = fmt::format("'{}' and '{}'", left.name, right.name);
  if (comparison == Comparison::kEqual) {
    if (has_choices(left) && has_choices(right)) return never_the_same(left, right);
    bad_input(
        fmt::format("{}: that {} are equal can only be forbidden of categories and ordinals; of numbers, only that "
                    "one is less or greater",
                    in.what(), pair));
  }
  if (has_choices(left) || has_choices(right)) {
    bad_input(fmt::format("{}: that one of {} is less can only be forbidden of floats and ints", in.what(), pair));
  }
  // What may be is the opposite of what is forbidden.
  const Comparison allowed = comparison == Comparison::kLess ? Comparison::kGreaterOrEqual : Comparison::kLessOrEqual;
  return {{.terms = {{1, left.name}, {-1, right.name}}, .comparison = allowed, .bound = 0}};
}

// Clauses that must not hold together, appended to `together`.
void parse_clause(const Json& json, const std::string& what, std::span<const Parameter> parameters,
                  std::vector<Condition>& together) {
  FieldReader in(json, what);
  const std::string type = required_text(in, "type");
  in.take("name");  // that of an AND is of its first clause
  if (type == "AND") {
    for (const Json& clause : required_list(in, "clauses")) parse_clause(clause, what, parameters, together);
  } else if (type == "EQUALS" || type == "IN") {
    const std::string name = named(parameters, required_text(in, "name"), what).name;
    together.push_back(type == "IN" ? parse_values(in, name)
                                    : Condition{name, Comparison::kEqual, to_value(in.require("value"), what)});
  } else if (type.starts_with("RELATION")) {
    bad_input(
        fmt::format("{}: a relation of '{}' and '{}' joined with other clauses has no counterpart here; let it stand "
                    "alone",
                    what, required_text(in, "left"), required_text(in, "right")));
  } else {
    bad_input(fmt::format(
        "{}: no type called '{}'; there are: EQUALS IN AND RELATION_LT RELATION_EQ RELATION_GT RELATION", what, type));
  }
  in.finish();
}

}  // namespace

std::vector<Condition> parse_config_space_condition(const Json& json, const std::string& child) {
  FieldReader in(json, fmt::format("parameter '{}': its condition", child));
  const std::string type = required_text(in, "type");
  if (required_text(in, "child") != child) in.wrong_type("child", "the same in all its parts");
  std::vector<Condition> conditions;
  if (type == "AND") {
    for (const Json& part : required_list(in, "conditions")) {
      for (Condition& condition : parse_config_space_condition(part, child)) conditions.push_back(std::move(condition));
    }
  } else if (type == "OR") {
    conditions.push_back(parse_either(required_list(in, "conditions"), child));
  } else if (type == "IN") {
    conditions.push_back(parse_values(in, required_text(in, "parent")));
  } else {
    const auto known =
        std::find_if(kComparisons.begin(), kComparisons.end(), [&](const auto& c) { return c.first == type; });
    if (known == kComparisons.end()) {
      bad_input(fmt::format("{}: no type called '{}'; there are: EQ NEQ LT GT IN AND OR", in.what(), type));
    }
    conditions.push_back({required_text(in, "parent"), known->second, to_value(in.require("value"), in.what())});
  }
  in.finish();
  return conditions;
}

std::vector<Constraint> parse_config_space_forbidden(const Json& json, std::size_t position,
                                                     std::span<const Parameter> parameters) {
  const std::string what = fmt::format("forbidden clause {}", position + 1);
  FieldReader in(json, what);
  const std::string type = required_text(in, "type");
  if (type.starts_with("RELATION")) return parse_relation(in, type, parameters);
  Constraint constraint;
  parse_clause(json, what, parameters, constraint.forbidden);
  return {constraint};
}

}  // namespace crescendo
