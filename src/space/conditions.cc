// Conditions and constraints, from names and values as users write them to numbers in a point.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "crescendo/error.h"
#include "crescendo/space.h"
#include "space/constraint_text.h"
#include "space/encode.h"

namespace crescendo {
namespace {

// Of the terms' size: what a sum of some dozen stepped floats is off by, as 0.1 + 0.2 is off 0.3.
constexpr double kRounding = 16 * std::numeric_limits<double>::epsilon();

bool compare(Comparison comparison, double a, double b) {
  switch (comparison) {
    case Comparison::kEqual:
      return a == b;
    case Comparison::kNotEqual:
      return a != b;
    case Comparison::kLess:
      return a < b;
    case Comparison::kLessOrEqual:
      return a <= b;
    case Comparison::kGreater:
      return a > b;
    case Comparison::kGreaterOrEqual:
      return a >= b;
    case Comparison::kIn:
      break;
  }
  return false;
}

bool is_whole(double number) { return std::floor(number) == number; }

// What a condition compares to, as a number in a point.
double operand(const Parameter& p, Comparison comparison, const Value& written, const std::string& who) {
  const auto* text = std::get_if<std::string>(&written);
  if (text && text->find('\'') != std::string::npos && text->find('"') != std::string::npos) {
    bad_input(fmt::format("{}: a text in a condition may hold ' or \", not both", who));
  }
  // What is never a value would never be equal to one: a slip that would switch a parameter off for good.
  const bool must_be_a_value = comparison == Comparison::kEqual || comparison == Comparison::kIn;
  if (has_choices(p) || (must_be_a_value && number(written))) return internal(p, written);
  // A limit need not be a value of the parameter: conv_layers >= 2.5 is clear.
  if (const auto limit = number(written); limit && std::isfinite(*limit)) return *limit;
  bad_input(fmt::format("{}: '{}' must be compared to a number, not {}", who, p.name, to_text(written)));
}

void check_name(const std::string& name, const std::string& who) {
  if (name.find('`') != std::string::npos) {
    bad_input(fmt::format("{}: '{}' has a backtick in its name and cannot be named here", who, name));
  }
}

}  // namespace

bool Space::ResolvedCondition::holds(std::span<const double> point) const {
  const double own = point[parameter];
  if (std::isnan(own)) return false;
  if (comparison == Comparison::kIn) return std::find(values.begin(), values.end(), own) != values.end();
  return compare(comparison, own, value);
}

bool Space::ResolvedConstraint::kept(std::span<const double> point) const {
  if (!forbidden.empty()) {
    return !std::all_of(forbidden.begin(), forbidden.end(),
                        [&](const auto& condition) { return condition.holds(point); });
  }
  double sum = -bound, size = std::abs(bound);
  for (const auto& [parameter, factor] : terms) {
    const double term = factor * point[parameter];
    if (std::isnan(term)) return true;
    sum += term;
    size += std::abs(term);
  }
  if (!exact && std::abs(sum) <= kRounding * size) sum = 0;
  return compare(comparison, sum, 0);
}

Space::ResolvedCondition Space::resolve(const Condition& condition, const std::string& who) const {
  const auto found = find(condition.parameter);
  if (!found) bad_input(fmt::format("{}: the space has no parameter '{}'", who, condition.parameter));
  const Parameter& p = parameters_[*found];
  check_name(p.name, who);
  const bool membership = condition.comparison == Comparison::kIn;
  const bool equality = condition.comparison == Comparison::kEqual || condition.comparison == Comparison::kNotEqual;
  if (p.kind == Kind::kCategorical && !equality && !membership) {
    bad_input(fmt::format("{}: '{}' is categorical and can only be compared by ==, != or in", who, p.name));
  }
  if (membership == condition.values.empty()) {
    bad_input(
        fmt::format("{}: the comparison of '{}' must have a list of at least one value if it is in, and no list else",
                    who, p.name));
  }
  ResolvedCondition resolved{*found, condition.comparison, kInactive, {}};
  if (!membership) resolved.value = operand(p, condition.comparison, condition.value, who);
  for (const Value& value : condition.values) resolved.values.push_back(operand(p, condition.comparison, value, who));
  return resolved;
}

Space::ResolvedConstraint Space::resolve(const Constraint& constraint) const {
  if (constraint.forbidden.empty() == constraint.terms.empty()) {
    bad_input("a constraint must hold either conditions that are forbidden together, or the terms of an inequality");
  }
  const std::string who = fmt::format("the constraint '{}'", to_text(constraint));
  ResolvedConstraint resolved{{}, {}, constraint.comparison, constraint.bound, is_whole(constraint.bound)};
  for (const Condition& condition : constraint.forbidden) resolved.forbidden.push_back(resolve(condition, who));
  if (constraint.terms.empty()) return resolved;
  if (constraint.comparison < Comparison::kLess || constraint.comparison > Comparison::kGreaterOrEqual) {
    bad_input(who + " must compare by < <= > or >=");
  }
  if (!std::isfinite(constraint.bound)) bad_input(who + ": its numbers must be finite");
  for (const auto& [factor, name] : constraint.terms) {
    const auto found = find(name);
    if (!found) bad_input(fmt::format("{}: the space has no parameter '{}'", who, name));
    check_name(name, who);
    const Parameter& p = parameters_[*found];
    if (has_choices(p)) {
      bad_input(fmt::format("{}: '{}' is {}; an inequality is between floats and ints", who, name,
                            p.kind == Kind::kOrdinal ? "ordinal" : "categorical"));
    }
    if (!std::isfinite(factor) || factor == 0) {
      bad_input(fmt::format("{}: the factor of '{}' must be a finite number other than 0", who, name));
    }
    resolved.exact = resolved.exact && p.kind == Kind::kInt && is_whole(factor);
    resolved.terms.emplace_back(*found, factor);
  }
  return resolved;
}

bool Space::active(std::size_t i, std::span<const double> values) const {
  return std::all_of(conditions_[i].begin(), conditions_[i].end(),
                     [&](const ResolvedCondition& condition) { return condition.holds(values); });
}

bool Space::allowed(std::span<const double> values) const {
  return std::all_of(resolved_.begin(), resolved_.end(),
                     [&](const ResolvedConstraint& constraint) { return constraint.kept(values); });
}

}  // namespace crescendo
