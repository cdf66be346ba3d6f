#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "crescendo/error.h"

namespace crescendo {

/// Options as users write them: `[sampler] name = "tpe", startup = 20`.
using OptionValue = std::variant<bool, double, std::string>;
using Options = std::map<std::string, OptionValue>;

/// What help, messages and generated documents say of one option.
struct OptionInfo {
  std::string name, range, standard, help;
};

/// One option of a struct `T`, declared once; its default is the field's initialiser.
template <class T>
struct Option {
  std::string_view name;
  std::variant<int T::*, double T::*, bool T::*, std::string T::*> field;
  double low, high;  // ignored for bool and text
  std::string_view help;
};

/// Fills a `T`. Throws Error (bad input) for an unknown option, a wrong type or a value outside its range;
/// `owner` is what the message calls the struct, as in "sampler grid".
template <class T>
T read_options(const Options& given, std::span<const Option<T>> declared, std::string_view owner) {
  T result;
  for (const auto& entry : given) {
    const std::string& name = entry.first;
    const OptionValue& value = entry.second;
    const auto option = std::find_if(declared.begin(), declared.end(), [&](const auto& o) { return o.name == name; });
    if (option == declared.end()) {
      std::vector<std::string_view> names;
      for (const auto& o : declared) names.push_back(o.name);
      bad_input(fmt::format("{} has no option called '{}'; there are: {}", owner, name,
                            names.empty() ? "none" : fmt::format("{}", fmt::join(names, " "))));
    }
    std::visit(
        [&](auto field) {
          using Field = std::remove_reference_t<decltype(result.*field)>;
          if constexpr (std::is_same_v<Field, bool>) {
            if (!std::holds_alternative<bool>(value))
              bad_input(fmt::format("{}: {} must be true or false", owner, name));
            result.*field = std::get<bool>(value);
          } else if constexpr (std::is_same_v<Field, std::string>) {
            if (!std::holds_alternative<std::string>(value))
              bad_input(fmt::format("{}: {} must be a text", owner, name));
            result.*field = std::get<std::string>(value);
          } else {
            const double* number = std::get_if<double>(&value);
            const bool whole = !std::is_same_v<Field, int> || (number && std::floor(*number) == *number);
            if (!number || !whole || !(*number >= option->low && *number <= option->high)) {
              bad_input(fmt::format("{}: {} must be a {} in {}..{}", owner, name,
                                    std::is_same_v<Field, int> ? "whole number" : "number", option->low, option->high));
            }
            result.*field = static_cast<Field>(*number);
          }
        },
        option->field);
  }
  return result;
}

template <class T>
std::vector<OptionInfo> describe(std::span<const Option<T>> declared) {
  const T standard;
  std::vector<OptionInfo> result;
  for (const Option<T>& option : declared) {
    std::visit(
        [&](auto field) {
          using Field = std::remove_cvref_t<decltype(standard.*field)>;
          result.push_back({std::string(option.name),
                            std::is_same_v<Field, bool>          ? "true, false"
                            : std::is_same_v<Field, std::string> ? "text"
                                                                 : fmt::format("{}..{}", option.low, option.high),
                            fmt::format("{}", standard.*field), std::string(option.help)});
        },
        option.field);
  }
  return result;
}

/// The entry of a list called `name`. `list`: pointers to functions that return an entry with a `name`.
/// Throws Error (bad input): no <family> called 'x'; there are: ...
template <class List>
auto find_entry(const List& list, std::string_view name, std::string_view family) {
  std::vector<std::string_view> names;
  for (const auto& make : list) {
    auto entry = make();
    if (entry.name == name) return entry;
    names.push_back(entry.name);
  }
  bad_input(fmt::format("no {} called '{}'; there are: {}", family, name, fmt::join(names, " ")));
}

}  // namespace crescendo
