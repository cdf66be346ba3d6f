#include "space/config_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/json.h"
#include "space/config_space_clauses.h"
#include "space/parse.h"
#include "space/weights.h"

namespace crescendo {
namespace {

constexpr double kNewestFormat = 0.4;

// No space is nested more deeply. Whoever walks the result goes down a level of the stack for each.
constexpr int kDeepest = 64;

void check_depth(std::string_view text, std::string_view what) {
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) bad_input(fmt::format("{} is nested more deeply than {} levels", what, kDeepest));
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
}

bool is_given(FieldReader& in, std::string_view name) {
  const Json* field = in.take(name);
  return field && !field->is_null();
}

// uniform_float, normal_int, ...: a range, and perhaps a distribution in it that is not kept.
void read_range(FieldReader& in, Parameter& p, std::string_view distribution, std::vector<std::string>& notes) {
  const std::string& what = in.what();
  if (distribution != "uniform" && !(is_given(in, "lower") && is_given(in, "upper"))) {
    bad_input(fmt::format("{}: a {} distribution without bounds has no counterpart here; give it lower and upper", what,
                          distribution));
  }
  if (!in.read("lower", p.low)) bad_input(what + ": lower is missing");
  if (!in.read("upper", p.high)) bad_input(what + ": upper is missing");
  in.read("log", p.log);
  double q = 0;
  if (is_given(in, "q") && in.read("q", q)) {
    const double steps = (p.high - p.low) / q;
    if (!(q > 0) || std::abs(steps - std::round(steps)) > 1e-6) {
      in.wrong_type("q", "above 0, and divide upper - lower");
    }
    if (p.log && !(p.kind == Kind::kInt && q == 1))
      bad_input(what + ": q and log cannot go together here; leave out one");
    if (p.kind == Kind::kFloat || q != 1) p.step = q;
  }
  if (distribution == "uniform") return;
  for (const char* name : {"mu", "sigma", "alpha", "beta"}) in.take(name);
  notes.push_back(fmt::format("{}: its {} distribution is not used, all {} are equally likely", what, distribution,
                              p.log ? "ratios between its bounds" : "values between its bounds"));
}

void read_choices(FieldReader& in, Parameter& p, std::string_view field, std::vector<std::string>& notes) {
  const Json& choices = in.require(field);
  if (!choices.is_array()) in.wrong_type(field, "a list");
  for (const Json& choice : choices) p.choices.push_back(to_value(choice, in.what()));
  if (is_given(in, "weights")) leave_out_weights(*in.take("weights"), p.choices.size(), in.what(), notes);
}

Parameter parse_hyperparameter(const Json& json, std::size_t position, SpaceFile& file, bool& has_default) {
  Parameter p;
  FieldReader unnamed(json, fmt::format("hyperparameter {}", position + 1));
  if (!unnamed.read("name", p.name)) bad_input(unnamed.what() + ": name is missing");
  FieldReader in(json, fmt::format("parameter '{}'", p.name));
  in.take("name");
  std::string type;
  if (!in.read("type", type)) bad_input(in.what() + ": type is missing");
  const std::size_t underscore = type.find('_');
  const std::string distribution = type.substr(0, underscore);
  const std::string number = underscore == std::string::npos ? "" : type.substr(underscore + 1);
  const bool ranged = distribution == "uniform" || distribution == "normal" || distribution == "beta";
  if (ranged && (number == "float" || number == "int")) {
    p.kind = number == "int" ? Kind::kInt : Kind::kFloat;
    read_range(in, p, distribution, file.notes);
  } else if (type == "categorical" || type == "ordinal") {
    p.kind = type == "ordinal" ? Kind::kOrdinal : Kind::kCategorical;
    read_choices(in, p, type == "ordinal" ? "sequence" : "choices", file.notes);
  } else if (type == "constant" || type == "unparametrized") {
    p.kind = Kind::kCategorical;
    p.choices = {to_value(in.require("value"), in.what())};
  } else {
    bad_input(
        fmt::format("{}: no type called '{}'; there are: uniform_float uniform_int normal_float normal_int beta_float "
                    "beta_int categorical ordinal constant unparametrized",
                    in.what(), type));
  }
  for (const char* name : {"default", "default_value"}) has_default |= is_given(in, name);
  in.take("meta");
  in.finish();
  return p;
}

// The list called `name`, empty where it is missing.
const Json& list_of(FieldReader& in, std::string_view name) {
  static const Json kNone = Json::array();
  const Json* list = in.take(name);
  if (list && !list->is_array()) in.wrong_type(name, "a list");
  return list ? *list : kNone;
}

void add_conditions(const Json& list, std::vector<Parameter>& parameters,
                    const std::map<std::string, std::size_t>& places) {
  std::map<std::string, const Json*> known;
  for (const Json& json : list) {
    FieldReader in(json, "a condition");
    std::string child;
    if (!in.read("child", child)) bad_input("a condition: child is missing");
    const auto place = places.find(child);
    if (place == places.end()) bad_input(fmt::format("a condition is on '{}', which the file does not have", child));
    const auto [first, is_first] = known.emplace(child, &json);
    if (is_first) {
      parameters[place->second].active_when = parse_config_space_condition(json, child);
    } else if (*first->second != json) {
      // ConfigSpace refuses it too: it may mean either.
      bad_input(fmt::format("parameter '{}' has two conditions; join them by AND or OR", child));
    }
  }
}

// Each behind those that its conditions name, otherwise in their order.
std::vector<Parameter> parents_first(std::vector<Parameter> parameters,
                                     const std::map<std::string, std::size_t>& places) {
  std::vector<std::set<std::size_t>> parents(parameters.size()), children(parameters.size());
  std::set<std::size_t> ready;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    for (const Condition& condition : parameters[i].active_when) {
      const auto parent = places.find(condition.parameter);
      if (parent == places.end()) {
        bad_input(fmt::format("parameter '{}': its condition names '{}', which the file does not have",
                              parameters[i].name, condition.parameter));
      }
      parents[i].insert(parent->second);
      children[parent->second].insert(i);
    }
    if (parents[i].empty()) ready.insert(i);
  }
  std::vector<Parameter> sorted;
  while (!ready.empty()) {
    const std::size_t next = *ready.begin();
    ready.erase(ready.begin());
    for (const std::size_t child : children[next]) {
      parents[child].erase(next);
      if (parents[child].empty()) ready.insert(child);
    }
    sorted.push_back(std::move(parameters[next]));
  }
  if (sorted.size() == parameters.size()) return sorted;
  const auto stuck = std::find_if(parents.begin(), parents.end(), [](const auto& left) { return !left.empty(); });
  bad_input(fmt::format("parameter '{}' depends on itself through the conditions of its parents",
                        parameters[static_cast<std::size_t>(stuck - parents.begin())].name));
}

void check_format(FieldReader& in, std::string_view what) {
  in.take("python_module_version");
  for (const char* name : {"format_version", "json_format_version"}) {
    double version = 0;
    if (in.read(name, version) && !(version > 0 && version <= kNewestFormat)) {
      bad_input(fmt::format("{}: {} {} is not known; formats up to {} are", what, name, version, kNewestFormat));
    }
  }
}

}  // namespace

SpaceFile parse_config_space(std::string_view text, std::string_view what) {
  check_depth(text, what);
  const Json json = parse_json(text, what);
  FieldReader in(json, std::string(what));
  check_format(in, what);
  const Json& hyperparameters = in.require("hyperparameters");
  if (!hyperparameters.is_array() || hyperparameters.empty()) {
    in.wrong_type("hyperparameters", "a list of at least one, as ConfigSpace writes it");
  }
  SpaceFile file;
  bool has_default = false;
  std::vector<Parameter> parameters;
  std::map<std::string, std::size_t> places;
  for (const Json& hyperparameter : hyperparameters) {
    parameters.push_back(parse_hyperparameter(hyperparameter, parameters.size(), file, has_default));
    const std::string& name = parameters.back().name;
    if (!places.emplace(name, parameters.size() - 1).second)
      bad_input(fmt::format("two parameters are called '{}'", name));
  }
  if (has_default) file.notes.emplace_back("the default values of the parameters are not used");
  add_conditions(list_of(in, "conditions"), parameters, places);
  std::vector<Constraint> constraints;
  const Json& forbiddens = list_of(in, "forbiddens");
  for (std::size_t i = 0; i < forbiddens.size(); ++i) {
    for (Constraint& c : parse_config_space_forbidden(forbiddens[i], i, parameters))
      constraints.push_back(std::move(c));
  }
  file.space = Space(parents_first(std::move(parameters), places), std::move(constraints));
  in.take("name");
  in.take("comment");
  in.finish();
  return file;
}

}  // namespace crescendo
