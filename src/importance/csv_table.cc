#include "importance/csv_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "crescendo/error.h"
#include "space/encode.h"

namespace crescendo {
namespace {

/// Cells of one record after the other.
class Records {
 public:
  Records(std::string_view text, const std::string& what) : text_(text), what_(what) {
    if (text_.starts_with("\xef\xbb\xbf")) text_.remove_prefix(3);
  }

  // False at the end. Empty lines are passed over.
  bool next(std::vector<std::string>& cells) {
    do {
      if (text_.empty()) return false;
      read(cells);
    } while (cells.size() == 1 && cells[0].empty());
    return true;
  }

  // Of the last record, where it begins.
  int line() const { return line_; }

 private:
  void read(std::vector<std::string>& cells) {
    line_ = next_line_++;
    cells.assign(1, "");
    while (!text_.empty()) {
      if (text_.front() == '"' && cells.back().empty()) {
        quoted(cells.back());
        continue;
      }
      const char c = text_.front();
      text_.remove_prefix(1);
      if (c == '\n') return;
      if (c == ',') {
        cells.emplace_back();
      } else if (c != '\r') {
        cells.back() += c;
      }
    }
  }

  void quoted(std::string& cell) {
    text_.remove_prefix(1);
    while (true) {
      const std::size_t end = text_.find('"');
      if (end == std::string_view::npos) bad_input(fmt::format("{}, line {}: a quote is not closed", what_, line_));
      next_line_ += static_cast<int>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
      cell += text_.substr(0, end);
      text_.remove_prefix(end + 1);
      if (!text_.starts_with('"')) return;
      cell += '"';
      text_.remove_prefix(1);
    }
  }

  std::string_view text_;
  const std::string& what_;
  int line_ = 0, next_line_ = 1;
};

std::optional<double> number_of(const std::string& cell) {
  char* end = nullptr;
  const double value = std::strtod(cell.c_str(), &end);
  while (*end == ' ') ++end;
  if (end == cell.c_str() || *end != '\0') return {};
  return value;
}

// A choice as it is printed, or, for other programs' ways to write it, as the same number or as True and False.
double position_of(const Parameter& parameter, const std::string& cell) {
  const auto value = number_of(cell);
  for (std::size_t i = 0; i < parameter.choices.size(); ++i) {
    const Value& choice = parameter.choices[i];
    const auto* truth = std::get_if<bool>(&choice);
    const bool same_truth = truth && cell == (*truth ? "True" : "False");
    if (to_text(choice) == cell || same_truth || (value && number(choice) == value)) return static_cast<double>(i);
  }
  return internal(parameter, Value(cell));  // says what would be accepted
}

// An empty cell: not active, or a choice that other programs write so.
double value_of_empty(const Parameter& parameter) {
  const auto found = std::find_if(parameter.choices.begin(), parameter.choices.end(), [](const Value& choice) {
    return std::holds_alternative<std::monostate>(choice) || choice == Value(std::string());
  });
  if (found == parameter.choices.end()) return kInactive;
  return static_cast<double>(found - parameter.choices.begin());
}

double value_of(const Parameter& parameter, const std::string& cell) {
  if (cell.empty()) return value_of_empty(parameter);
  if (has_choices(parameter)) return position_of(parameter, cell);
  const auto value = number_of(cell);
  if (!value) bad_input(fmt::format("parameter '{}' is a number, not '{}'", parameter.name, cell));
  return internal(parameter, Value(*value));
}

std::size_t column_of(const std::vector<std::string>& heading, const std::string& name, const std::string& what) {
  const auto found = std::find(heading.begin(), heading.end(), name);
  if (found != heading.end()) {
    if (std::find(found + 1, heading.end(), name) == heading.end()) {
      return static_cast<std::size_t>(found - heading.begin());
    }
    bad_input(fmt::format("{}: the column '{}' is there twice; leave one out", what, name));
  }
  bad_input(fmt::format("{}: the column '{}' is missing; there must be one for each parameter and 'loss'", what, name));
}

}  // namespace

TrialTable read_csv(std::string_view text, const std::string& what, const Space& space, bool maximize) {
  Records records(text, what);
  std::vector<std::string> cells;
  if (!records.next(cells)) bad_input(what + " is empty; its first line names the columns");
  std::vector<std::size_t> columns;
  for (const Parameter& parameter : space.parameters()) columns.push_back(column_of(cells, parameter.name, what));
  const std::size_t loss_column = column_of(cells, "loss", what), width = cells.size();
  TrialTable table{space, {}, {}};
  while (records.next(cells)) {
    const std::string where = fmt::format("{}, line {}", what, records.line());
    if (cells.size() != width) bad_input(fmt::format("{} has {} cells, the first line {}", where, cells.size(), width));
    try {
      Point point;
      for (std::size_t i = 0; i < space.size(); ++i) point.values.push_back(value_of(space[i], cells[columns[i]]));
      space.deactivate(point);
      space.check(point);
      table.points.push_back(std::move(point));
    } catch (const Error& error) {
      bad_input(fmt::format("{}: {}", where, error.what()));
    }
    const std::string& loss = cells[loss_column];
    const auto value = number_of(loss);
    if (!value && !loss.empty()) bad_input(fmt::format("{}: the loss is no number: '{}'", where, loss));
    table.losses.push_back(value ? (maximize ? -*value : *value) : std::nan(""));
  }
  return table;
}

}  // namespace crescendo
