#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "crescendo/space.h"

namespace crescendo {

/// `conv_layers >= 3`, `optimiser == "sgd"`, `kind in [1, "b"]`, `a >= 3 and b == true`. Texts may stand in single or
/// double quotes, or bare; a name too, or in backticks, which one with signs in it needs. Throws Error (bad input)
/// showing the condition.
std::vector<Condition> parse_conditions(std::string_view text);
std::string to_text(const Condition& condition);

/// Several, joined by `and`.
std::string to_text(const std::vector<Condition>& conditions);

/// Whether a character can be part of a name that stands without backticks, and of its first place.
bool is_name_character(char c);
bool begins_name(char c);

/// A parameter's name as it stands in a condition: bare, or in backticks.
std::string name_text(const std::string& name);

/// Where `part` begins outside of quotes and backticks; npos if nowhere.
std::size_t find_unquoted(std::string_view text, std::string_view part);

/// Without spaces at its ends.
std::string_view trim(std::string_view text);

}  // namespace crescendo
