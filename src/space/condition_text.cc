#include "space/condition_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "crescendo/error.h"

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

std::string operand_text(const Value& operand) {
  std::string text = to_text(operand);
  if (!std::holds_alternative<std::string>(operand)) return text;
  const char quote = text.find('\'') == std::string::npos ? '\'' : '"';
  return quote + text + quote;
}

std::string parse_name(std::string_view text) {
  const bool quoted = text.size() > 2 && text.front() == '`' && text.back() == '`';
  return std::string(quoted ? text.substr(1, text.size() - 2) : text);
}

[[noreturn]] void refuse(std::string_view text) {
  bad_input(fmt::format(
      "the condition '{}' is not of the form: name == value (or != < <= > >=), or name in [value, ...]", text));
}

// `name in [value, ...]`, where the text is one. A name may hold " in " itself.
std::optional<Condition> parse_membership(std::string_view text) {
  const std::size_t at = std::min(find_unquoted(text, " in ["), find_unquoted(text, " in["));
  if (at == std::string_view::npos || text.back() != ']') return {};
  Condition condition{parse_name(trim(text.substr(0, at))), Comparison::kIn, {}};
  std::string_view rest = text.substr(text.find('[', at) + 1);
  rest.remove_suffix(1);
  if (condition.parameter.empty() || trim(rest).empty()) refuse(text);
  while (true) {
    const std::size_t comma = find_unquoted(rest, ",");
    const std::string_view item = trim(rest.substr(0, comma));
    if (item.empty()) refuse(text);
    condition.values.push_back(parse_operand(item));
    if (comma == std::string_view::npos) return condition;
    rest.remove_prefix(comma + 1);
  }
}

Condition parse_condition(std::string_view text) {
  if (auto membership = parse_membership(text)) return *std::move(membership);
  for (const auto& [sign, comparison] : kComparisons) {
    const std::size_t at = find_unquoted(text, sign);
    if (at == std::string_view::npos) continue;
    const std::string_view name = trim(text.substr(0, at));
    const std::string_view operand = trim(text.substr(at + sign.size()));
    if (!name.empty() && !operand.empty()) return {parse_name(name), comparison, parse_operand(operand)};
  }
  refuse(text);
}

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::size_t find_unquoted(std::string_view text, std::string_view part) {
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quote == 0 && text.substr(i, part.size()) == part) return i;
    if (quote != 0) {
      if (text[i] == quote) quote = 0;
    } else if (text[i] == '\'' || text[i] == '"' || text[i] == '`') {
      quote = text[i];
    }
  }
  return std::string_view::npos;
}

bool begins_name(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || byte >= 0x80;  // UTF-8 beyond ASCII
}

bool is_name_character(char c) { return begins_name(c) || (c >= '0' && c <= '9') || c == '.' || c == ':'; }

std::string name_text(const std::string& name) {
  const bool plain =
      !name.empty() && begins_name(name.front()) && std::all_of(name.begin(), name.end(), is_name_character);
  return plain ? name : "`" + name + "`";
}

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
  const std::string name = name_text(condition.parameter);
  if (condition.comparison == Comparison::kIn) {
    std::string list;
    for (const Value& value : condition.values) list += (list.empty() ? "" : ", ") + operand_text(value);
    return fmt::format("{} in [{}]", name, list);
  }
  const auto sign = std::find_if(kComparisons.begin(), kComparisons.end(),
                                 [&](const auto& c) { return c.second == condition.comparison; });
  return fmt::format("{} {} {}", name, sign->first, operand_text(condition.value));
}

std::string to_text(const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& condition : conditions) text += (text.empty() ? "" : " and ") + to_text(condition);
  return text;
}

}  // namespace crescendo
