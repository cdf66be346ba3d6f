#include "space/constraint_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "crescendo/error.h"
#include "space/condition_text.h"

namespace crescendo {
namespace {

constexpr std::array<std::pair<std::string_view, Comparison>, 4> kSigns = {{
    {"<=", Comparison::kLessOrEqual},
    {">=", Comparison::kGreaterOrEqual},
    {"<", Comparison::kLess},
    {">", Comparison::kGreater},
}};

struct Sum {
  std::vector<Constraint::Term> terms;
  double constant = 0;
};

// Reads an inequality from left to right.
class InequalityReader {
 public:
  explicit InequalityReader(std::string_view text) : text_(text), left_(text) {}

  Constraint read() {
    Sum sum = read_sum();
    Constraint constraint;
    constraint.comparison = read_comparison();
    const Sum right = read_sum();
    if (!left_.empty()) refuse("it must hold one of < <= > >=, once; two comparisons are two constraints");
    for (const auto& [factor, name] : right.terms) sum.terms.push_back({-factor, name});
    if (sum.terms.empty()) refuse("it names no parameter");
    constraint.terms = std::move(sum.terms);
    constraint.bound = right.constant - sum.constant;
    return constraint;
  }

 private:
  [[noreturn]] void refuse(std::string_view why) const {
    bad_input(fmt::format(
        "the constraint '{}' is not of the form: 2 * a + b <= c + 10 (or < > >=), or not (name == value and ...): {}",
        text_, why));
  }

  void skip_spaces() {
    while (!left_.empty() && left_.front() == ' ') left_.remove_prefix(1);
  }

  bool take(std::string_view token) {
    skip_spaces();
    if (left_.substr(0, token.size()) != token) return false;
    left_.remove_prefix(token.size());
    return true;
  }

  Comparison read_comparison() {
    for (const auto& [sign, comparison] : kSigns) {
      if (take(sign)) return comparison;
    }
    if (left_.empty()) refuse("it has no comparison");
    refuse(fmt::format("< <= > >= + - or * is expected before '{}'", left_));
  }

  Sum read_sum() {
    Sum sum;
    double sign = 1;
    do {
      read_term(sign, sum);
      sign = take("+") ? 1 : take("-") ? -1 : 0;
    } while (sign != 0);
    skip_spaces();
    return sum;
  }

  // Numbers and at most one name, with * between them.
  void read_term(double factor, Sum& sum) {
    std::string name;
    do {
      while (take("-")) factor = -factor;
      skip_spaces();
      if (left_.empty()) refuse("it ends where a number or a name is expected");
      if (begins_name(left_.front()) || left_.front() == '`') {
        if (!name.empty()) refuse("a name can be multiplied by numbers only");
        name = read_name();
      } else {
        factor *= read_number();
      }
    } while (take("*"));
    skip_spaces();
    if (name.empty()) {
      sum.constant += factor;
    } else {
      sum.terms.push_back({factor, name});
    }
  }

  double read_number() {
    double number = 0;
    const auto [rest, failed] = std::from_chars(left_.data(), left_.data() + left_.size(), number);
    if (failed != std::errc() || !std::isfinite(number)) {
      refuse(fmt::format("a number or a name is expected before '{}'", left_));
    }
    left_.remove_prefix(static_cast<std::size_t>(rest - left_.data()));
    return number;
  }

  std::string read_name() {
    const bool quoted = left_.front() == '`';
    if (quoted) left_.remove_prefix(1);
    const auto end = quoted ? std::find(left_.begin(), left_.end(), '`')
                            : std::find_if_not(left_.begin(), left_.end(), is_name_character);
    std::string name(left_.begin(), end);
    if (name.empty() || (quoted && end == left_.end())) refuse("a name stands between two backticks");
    left_.remove_prefix(name.size() + (quoted ? 1 : 0));
    return name;
  }

  std::string_view text_, left_;
};

// A term behind others, or the first one.
std::string term_text(double factor, const std::string& name, bool first) {
  std::string text = first ? (factor < 0 ? "-" : "") : (factor < 0 ? " - " : " + ");
  if (std::abs(factor) != 1) text += fmt::format("{} * ", std::abs(factor));
  return text + name_text(name);
}

}  // namespace

Constraint parse_constraint(std::string_view text) {
  const std::string_view whole_text = text = trim(text);
  if (text.starts_with("not")) {
    text = trim(text.substr(3));
    if (text.starts_with("(") && text.ends_with(")")) return {parse_conditions(trim(text.substr(1, text.size() - 2)))};
  }
  return InequalityReader(whole_text).read();
}

std::string to_text(const Constraint& constraint) {
  if (!constraint.forbidden.empty()) return "not (" + to_text(constraint.forbidden) + ")";
  const auto& terms = constraint.terms;
  const auto is_negative = [](const Constraint::Term& term) { return term.factor < 0; };
  auto right = std::find_if(terms.begin(), terms.end(), is_negative);
  // All on the left where both sides would not have their own: what is read back has the same order.
  if (right == terms.begin() || !std::all_of(right, terms.end(), is_negative)) right = terms.end();
  std::string text;
  for (auto term = terms.begin(); term != right; ++term) text += term_text(term->factor, term->parameter, text.empty());
  const auto sign = std::find_if(kSigns.begin(), kSigns.end(),
                                 [&](const auto& known) { return known.second == constraint.comparison; });
  text += fmt::format(" {} ", sign == kSigns.end() ? "?" : sign->first);
  if (right == terms.end()) return text + fmt::format("{}", constraint.bound);
  for (auto term = right; term != terms.end(); ++term) text += term_text(-term->factor, term->parameter, term == right);
  if (constraint.bound == 0) return text;
  return text + fmt::format(" {} {}", constraint.bound < 0 ? '-' : '+', std::abs(constraint.bound));
}

}  // namespace crescendo
