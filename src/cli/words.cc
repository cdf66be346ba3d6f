#include "cli/words.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "crescendo/error.h"

namespace crescendo {
namespace {

// "name=1,2.5" taken apart; no numbers where it is not of this form. `share` and `limits` have a meaning in a rung.
std::pair<std::string, std::vector<double>> numbers_behind_name(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  const std::string name(text.substr(0, equals));
  const bool plain = std::all_of(name.begin(), name.end(),
                                 [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '-' || c == '.'; });
  if (name.empty() || !plain || name == "share" || name == "limits") return {};
  std::vector<double> numbers;
  std::string_view rest = text.substr(equals);  // each number has a separator before it
  while (!rest.empty()) {
    double number = 0;
    const auto [end, failed] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), number);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (failed != std::errc() || !std::isfinite(number) || (!rest.empty() && rest.front() != ',')) return {};
    numbers.push_back(number);
  }
  return {name, numbers};
}

}  // namespace

double parse_duration(std::string_view text, std::string_view option) {
  double total = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    double number = 0;
    const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (failed != std::errc()) break;
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    const char unit = rest.empty() ? 's' : rest.front();
    if (!rest.empty()) rest.remove_prefix(1);
    const double factor = unit == 's' ? 1 : unit == 'm' ? 60 : unit == 'h' ? 3600 : NAN;
    total += number * factor;
  }
  if (!rest.empty() || !(total > 0 && std::isfinite(total))) {
    bad_input(fmt::format("{} must be a time such as 90s, 30m or 1h30m, not '{}'", option, text));
  }
  return total;
}

std::string duration_text(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = static_cast<long long>(std::llround(seconds));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
}

std::vector<int> parse_sizes(std::string_view text, std::string_view option) {
  std::vector<int> sizes;
  std::string_view rest = text;
  while (true) {
    int size = 0;
    const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), size);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (failed != std::errc() || size < 1 || (!rest.empty() && (rest.front() != ',' || rest.size() == 1))) {
      bad_input(fmt::format("{} must be sizes in pixels such as 32,64,128, not '{}'", option, text));
    }
    sizes.push_back(size);
    if (rest.empty()) return sizes;
    rest.remove_prefix(1);
  }
}

std::pair<std::string, double> parse_total(std::string_view text, std::string_view option) {
  const auto number = numbers_behind_name(text);
  if (number.second.size() != 1 || !(number.second.front() > 0)) {
    bad_input(fmt::format("{} must be a fidelity and its total such as epoch=2600, not '{}'", option, text));
  }
  return {number.first, number.second.front()};
}

std::pair<std::string, std::vector<double>> parse_rungs(std::string_view text, std::string_view option) {
  auto rungs = numbers_behind_name(text);
  if (rungs.second.empty()) {
    bad_input(fmt::format("{} must be a fidelity and its rungs such as epoch=1,4,13,52, not '{}'", option, text));
  }
  return rungs;
}

std::string reason_text(const std::string& reason) {
  const std::size_t first = reason.find('\n'), last = reason.find_last_of('\n');
  return first == std::string::npos ? reason : reason.substr(0, first) + " " + reason.substr(last + 1);
}

std::string shell_quoted(const std::string& text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) || std::string_view("/:._-+=,").find(c) != std::string::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string percent(double fraction) { return fmt::format("{:.1f} %", 100 * fraction); }

std::string grouped(long long number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<long>(text.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string table(const std::vector<std::vector<std::string>>& rows, const std::string& alignment) {
  std::vector<std::size_t> widths(alignment.size(), 0);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths[i] == 0) continue;
      const std::string padding(widths[i] - row[i].size(), ' ');
      line += " " + (alignment[i] == 'r' ? padding + row[i] : row[i] + padding) + " ";
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    out += line + "\n";
  }
  return out;
}

}  // namespace crescendo
