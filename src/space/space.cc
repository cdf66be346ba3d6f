#include "crescendo/space.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "crescendo/error.h"
#include "space/constraint_text.h"
#include "space/encode.h"

namespace crescendo {
namespace {

constexpr double kLargestExactInt = 9007199254740992.0;  // 2^53

std::string listed(const std::vector<Value>& values) {
  std::vector<std::string> texts;
  for (const Value& value : values) texts.push_back(to_text(value));
  return fmt::format("{}", fmt::join(texts, ", "));
}

// Python's view, which the stored form follows: 1, 1.0 and true are one choice. So true may not stand beside 1.
bool same_choice(const Value& a, const Value& b) {
  const auto as_number = [](const Value& v) {
    if (const auto* flag = std::get_if<bool>(&v)) return std::optional<double>(*flag ? 1 : 0);
    return number(v);
  };
  const auto x = as_number(a), y = as_number(b);
  return x && y ? *x == *y : a == b;
}

// What a user wrote for a choice; true and 1 are told apart here, 1 and 1.0 are not.
bool matches(const Value& choice, const Value& written) {
  if (std::holds_alternative<bool>(choice) != std::holds_alternative<bool>(written)) return false;
  return same_choice(choice, written);
}

void check_range(const Parameter& p, const std::string& who) {
  if (!std::isfinite(p.low) || !std::isfinite(p.high)) bad_input(who + ": low and high must be finite numbers");
  if (p.low > p.high) bad_input(fmt::format("{}: low {} is above high {}", who, p.low, p.high));
  if (p.log && p.low <= 0) bad_input(fmt::format("{}: a log scale needs low > 0, not {}", who, p.low));
  if (p.log && p.step) bad_input(who + ": step and log cannot go together");
  if (p.step && !(*p.step > 0 && std::isfinite(*p.step))) bad_input(fmt::format("{}: step must be above 0", who));
  if (p.kind == Kind::kInt) {
    for (const double value : {p.low, p.high, p.step.value_or(1)}) {
      if (std::floor(value) != value || std::abs(value) > kLargestExactInt) {
        bad_input(fmt::format("{}: {} is not a whole number within +-2^53", who, value));
      }
    }
  }
}

void check_choices(const Parameter& p, const std::string& who) {
  if (p.choices.empty()) bad_input(who + ": choices must hold at least one value");
  for (std::size_t i = 0; i < p.choices.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (same_choice(p.choices[i], p.choices[j])) {
        bad_input(fmt::format("{}: the choice {} stands twice", who, to_text(p.choices[i])));
      }
    }
  }
}

}  // namespace

bool operator==(const Point& a, const Point& b) {
  return std::equal(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(),
                    [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

Space::Space(std::vector<Parameter> parameters, std::vector<Constraint> constraints)
    : parameters_(std::move(parameters)), constraints_(std::move(constraints)) {
  std::set<std::string> names;
  for (Parameter& p : parameters_) {
    const std::string who = fmt::format("parameter '{}'", p.name);
    if (p.name.empty()) bad_input("a parameter has an empty name; give it one");
    if (p.name.size() > 512) bad_input(who.substr(0, 60) + "...': a name may have at most 512 bytes");
    if (has_choices(p)) {
      check_choices(p, who);
    } else {
      check_range(p, who);
      // The highest value that the steps reach, so that `high` is a value of the parameter.
      if (p.step) p.high = std::min(p.high, p.low + std::floor((p.high - p.low) / *p.step + 1e-9) * *p.step);
    }
    std::vector<ResolvedCondition> resolved;
    for (const Condition& condition : p.active_when) {
      if (!names.contains(condition.parameter)) {
        bad_input(fmt::format("{}: its condition names '{}', which must be a parameter that stands before it", who,
                              condition.parameter));
      }
      resolved.push_back(resolve(condition, who));
    }
    conditions_.push_back(std::move(resolved));
    if (!names.insert(p.name).second) bad_input(fmt::format("two parameters are called '{}'", p.name));
  }
  for (const Constraint& constraint : constraints_) resolved_.push_back(resolve(constraint));
}

std::optional<std::size_t> Space::find(std::string_view name) const {
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].name == name) return i;
  }
  return {};
}

void Space::deactivate(Point& point) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if (!active(i, point.values)) point.values[i] = kInactive;
  }
}

void Space::check(const Point& point) const {
  if (point.values.size() != size()) {
    bad_input(fmt::format("a point has {} values, the space {} parameters", point.values.size(), size()));
  }
  for (std::size_t i = 0; i < size(); ++i) {
    const Parameter& p = parameters_[i];
    const double value = point.values[i];
    if (!active(i, point.values)) {
      if (!std::isnan(value)) bad_input(fmt::format("parameter '{}' has a value though it is not active", p.name));
    } else if (std::isnan(value)) {
      bad_input(fmt::format("parameter '{}' is active and has no value", p.name));
    } else if (has_choices(p)) {
      const bool known = value >= 0 && value < static_cast<double>(p.choices.size()) && std::floor(value) == value;
      if (!known) bad_input(fmt::format("parameter '{}' must be one of {}", p.name, listed(p.choices)));
    } else if (!(value >= p.low && value <= p.high) || internal(p, value) != value) {
      bad_input(fmt::format("parameter '{}' is {}, which is not a value of {}..{}", p.name, value, p.low, p.high));
    }
  }
  for (std::size_t i = 0; i < resolved_.size(); ++i) {
    if (resolved_[i].kept(point.values)) continue;
    bad_input(fmt::format("the point breaks the constraint '{}'", to_text(constraints_[i])));
  }
}

double Space::size_of_grid() const {
  double product = 1;
  const Box box = whole(*this);
  for (std::size_t i = 0; i < size(); ++i) {
    const double count = count_values(parameters_[i], box.sides[i]);
    product *= count > 0 ? count : std::numeric_limits<double>::infinity();
  }
  return product;
}

bool Box::contains(const Point& point) const {
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const double value = point.values[i];
    if (std::isnan(value)) continue;
    const Side& side = sides[i];
    const bool inside = side.choices.empty()
                            ? value >= side.low && value <= side.high
                            : std::binary_search(side.choices.begin(), side.choices.end(), static_cast<int>(value));
    if (!inside) return false;
  }
  return true;
}

Box whole(const Space& space) {
  Box box;
  for (const Parameter& p : space.parameters()) {
    Box::Side side{p.low, p.high, {}};
    for (int choice = 0; choice < static_cast<int>(p.choices.size()); ++choice) side.choices.push_back(choice);
    box.sides.push_back(std::move(side));
  }
  return box;
}

Value external(const Parameter& p, double value) {
  if (std::isnan(value)) return {};
  if (has_choices(p)) return p.choices[static_cast<std::size_t>(value)];
  if (p.kind == Kind::kInt) return static_cast<std::int64_t>(value);
  return value;
}

double internal(const Parameter& p, const Value& value) {
  if (has_choices(p)) {
    for (std::size_t i = 0; i < p.choices.size(); ++i) {
      if (matches(p.choices[i], value)) return static_cast<double>(i);
    }
    bad_input(fmt::format("parameter '{}' has no choice {}; there are: {}", p.name, to_text(value), listed(p.choices)));
  }
  const auto given = number(value);
  if (!given || !(*given >= p.low && *given <= p.high)) {
    bad_input(fmt::format("parameter '{}' must be a {} in {}..{}, not {}", p.name,
                          p.kind == Kind::kInt ? "whole number" : "number", p.low, p.high, to_text(value)));
  }
  const double step = step_of(p);
  if (step == 0) return *given;
  const double nearest = std::min(p.high, p.low + std::round((*given - p.low) / step) * step);
  if (std::abs(nearest - *given) > 1e-6 * step) {
    bad_input(fmt::format("parameter '{}' goes in steps of {} from {}, so {} is none of its values", p.name, step,
                          p.low, *given));
  }
  return nearest;
}

std::string to_text(const Value& value) {
  struct Visitor {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(bool flag) const { return flag ? "true" : "false"; }
    std::string operator()(std::int64_t i) const { return std::to_string(i); }
    std::string operator()(double d) const { return fmt::format("{}", d); }
    std::string operator()(const std::string& text) const { return text; }
  };
  return std::visit(Visitor{}, value);
}

}  // namespace crescendo
