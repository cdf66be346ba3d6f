#include "space/wandb_sweep.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/names.h"
#include "space/parse.h"
#include "space/weights.h"
#include "space/yaml.h"

namespace crescendo {
namespace {

enum class Bounds {
  kValues,
  kExponents,         // of e
  kInverseExponents,  // of 1/e
  kUnit,              // always 0 and 1
};

struct Distribution {
  std::string_view name;
  Bounds bounds = Bounds::kValues;
  bool log = false;
  bool quantised = false;       // to multiples of q
  std::string_view prior = {};  // how likely its values are, where that is not kept
};

constexpr std::array<Distribution, 15> kDistributions = {{
    {.name = "int_uniform"},
    {.name = "uniform"},
    {.name = "q_uniform", .quantised = true},
    {.name = "log_uniform", .bounds = Bounds::kExponents, .log = true},
    {.name = "log_uniform_values", .log = true},
    {.name = "q_log_uniform", .bounds = Bounds::kExponents, .log = true, .quantised = true},
    {.name = "q_log_uniform_values", .log = true, .quantised = true},
    {.name = "inv_log_uniform", .bounds = Bounds::kInverseExponents, .log = true},
    {.name = "inv_log_uniform_values", .log = true},
    {.name = "normal", .prior = "normal"},
    {.name = "q_normal", .quantised = true, .prior = "normal"},
    {.name = "log_normal", .log = true, .prior = "log-normal"},
    {.name = "q_log_normal", .log = true, .quantised = true, .prior = "log-normal"},
    {.name = "beta", .bounds = Bounds::kUnit, .prior = "beta"},
    {.name = "q_beta", .bounds = Bounds::kUnit, .quantised = true, .prior = "beta"},
}};

// The distribution of a parameter that names none.
std::string usual_distribution(FieldReader& in) {
  if (in.has("value")) return "constant";
  if (in.has("values")) return in.has("probabilities") ? "categorical_w_probabilities" : "categorical";
  const Json *low = in.take("min"), *high = in.take("max");
  if (!low || !high) bad_input(in.what() + ": give it a value, values, min and max, or parameters of its own");
  return low->is_number_integer() && high->is_number_integer() ? "int_uniform" : "uniform";
}

void read_bounds(FieldReader& in, Parameter& p, const Distribution& distribution) {
  if (distribution.bounds == Bounds::kUnit) {
    p.high = 1;
    return;
  }
  if (!distribution.prior.empty() && !(in.has("min") && in.has("max"))) {
    bad_input(fmt::format("{}: a {} distribution has no bounds, and so no counterpart here; give it min and max",
                          in.what(), distribution.prior));
  }
  for (const char* name : {"min", "max"}) {
    double& bound = name == std::string_view("min") ? p.low : p.high;
    if (!in.read(name, bound)) bad_input(fmt::format("{}: {} is missing", in.what(), name));
  }
  if (distribution.bounds == Bounds::kExponents) {
    p.low = std::exp(p.low);
    p.high = std::exp(p.high);
  } else if (distribution.bounds == Bounds::kInverseExponents) {
    const double lowest = std::exp(-p.high);
    p.high = std::exp(-p.low);
    p.low = lowest;
  }
}

// W&B draws a number and rounds it to a multiple of q; here those multiples are the values.
void quantise(FieldReader& in, Parameter& p, std::vector<std::string>& notes) {
  double q = 1;
  in.read("q", q);
  if (!(q > 0 && std::isfinite(q))) in.wrong_type("q", "a number above 0");
  const double low = p.low, high = p.high;
  p.low = std::nearbyint(low / q) * q;  // a half to even, as NumPy rounds
  p.high = std::nearbyint(high / q) * q;
  if (std::floor(q) == q) p.kind = Kind::kInt;
  if (p.low != low || p.high != high) {
    notes.push_back(fmt::format("{}: its values are the multiples of {} in {}..{}", in.what(), q, p.low, p.high));
  }
  if (p.log && q == 1 && p.low >= 1) return;  // ints on a logarithmic scale
  if (p.kind == Kind::kFloat || q != 1) p.step = q;
  if (!p.log) return;
  p.log = false;
  notes.push_back(in.what() +
                  ": its values go in steps and are equally likely; steps on a logarithmic scale do not exist "
                  "here");
}

void read_range(FieldReader& in, Parameter& p, const Distribution& distribution, std::vector<std::string>& notes) {
  p.log = distribution.log;
  if (distribution.name == "int_uniform") {
    p.kind = Kind::kInt;
    for (const char* name : {"min", "max"}) {
      if (in.has(name) && !in.take(name)->is_number_integer()) in.wrong_type(name, "a whole number");
    }
  }
  read_bounds(in, p, distribution);
  if (distribution.bounds == Bounds::kExponents) {
    notes.push_back(
        fmt::format("{}: {} takes exponents of e, so its range is {:.6g}..{:.6g}; {}_values takes the range", in.what(),
                    distribution.name, p.low, p.high, distribution.name));
  }
  if (distribution.quantised) quantise(in, p, notes);
  if (distribution.prior.empty()) return;
  for (const char* name : {"mu", "sigma", "a", "b"}) in.take(name);
  notes.push_back(fmt::format("{}: its {} distribution is not used, all {} in {:.6g}..{:.6g} are equally likely",
                              in.what(), distribution.prior, p.log ? "ratios" : "values", p.low, p.high));
}

void read_choices(FieldReader& in, Parameter& p, std::vector<std::string>& notes) {
  const Json& values = in.require("values");
  if (!values.is_array()) in.wrong_type("values", "a list");
  for (const Json& value : values) p.choices.push_back(to_value(value, in.what()));
  if (in.has("probabilities")) leave_out_weights(*in.take("probabilities"), p.choices.size(), in.what(), notes);
}

Parameter parse_parameter(const std::string& name, FieldReader& in, std::vector<std::string>& notes) {
  Parameter p;
  p.name = name;
  std::string named;
  if (!in.read("distribution", named)) named = usual_distribution(in);
  if (named == "constant") {
    p.kind = Kind::kCategorical;
    p.choices = {to_value(in.require("value"), in.what())};
  } else if (named == "categorical" || named == "categorical_w_probabilities") {
    p.kind = Kind::kCategorical;
    read_choices(in, p, notes);
  } else {
    const auto known =
        std::find_if(kDistributions.begin(), kDistributions.end(), [&](const auto& d) { return d.name == named; });
    if (known == kDistributions.end()) {
      std::vector<std::string_view> names = {"constant", "categorical", "categorical_w_probabilities"};
      for (const Distribution& distribution : kDistributions) names.push_back(distribution.name);
      bad_input(fmt::format("{}: the distribution '{}' has no counterpart here; there are: {}", in.what(), named,
                            fmt::join(names, " ")));
    }
    read_range(in, p, *known, notes);
  }
  in.finish();
  return p;
}

// `prefix` is empty or ends with a dot.
void parse_parameters(const Json& json, const std::string& prefix, std::vector<Parameter>& parameters,
                      SpaceFile& file) {
  if (!json.is_object() || json.empty()) {
    bad_input(fmt::format("the parameters{} must be a table of at least one parameter",
                          prefix.empty() ? "" : fmt::format(" of '{}'", prefix.substr(0, prefix.size() - 1))));
  }
  for (const auto& [key, value] : json.items()) {
    const std::string name = prefix + key;
    FieldReader in(value, fmt::format("parameter '{}'", name));
    if (const Json* inner = in.take("parameters")) {
      in.finish();
      parse_parameters(*inner, name + ".", parameters, file);
      if (prefix.empty()) file.notes.push_back(in.what() + ": the parameters in it are called " + name + ".NAME here");
    } else {
      parameters.push_back(parse_parameter(name, in, file.notes));
    }
  }
}

void parse_metric(const Json& json, SpaceFile& file) {
  FieldReader in(json, "metric");
  if (!in.read("name", file.metric)) bad_input("metric: name is missing");
  std::string goal = "minimize";
  in.read("goal", goal);
  static constexpr std::array<std::string_view, 2> kGoals = {"minimize", "maximize"};
  file.maximize = from_name<std::size_t>(kGoals, goal, "goal", "metric") == 1;
  for (const auto& [key, value] : json.items()) {
    if (key != "name" && key != "goal") file.notes.push_back(fmt::format("metric: its {} is not used", key));
  }
}

}  // namespace

SpaceFile parse_wandb_sweep(std::string_view text, std::string_view what) {
  const Json json = parse_yaml(text, what);
  FieldReader in(json, std::string(what));
  SpaceFile file;
  std::vector<Parameter> parameters;
  parse_parameters(in.require("parameters"), "", parameters, file);
  file.space = Space(std::move(parameters));
  std::vector<std::string_view> left_out;
  for (const auto& [key, value] : json.items()) {
    if (key == "metric") {
      parse_metric(value, file);
    } else if (key != "parameters") {
      left_out.push_back(key);
    }
  }
  if (!left_out.empty())
    file.notes.push_back(fmt::format("of the sweep, these are not used: {}", fmt::join(left_out, " ")));
  return file;
}

}  // namespace crescendo
