#include "cli/experiment_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "base/files.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 6> kCell = {"experiment", "objective", "ladder", "schedule", "sampler", "seed"};
constexpr std::array<std::string_view, 4> kAlways = {"settings", "seconds", "cpu_seconds", "loss"};
constexpr std::array<std::string_view, 7> kOthers = {
    "rungs", "failed", "curve", "rung", "point", "validation_errors", "test_errors"};

bool holds(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Json parse_row(const std::string& line, const std::string& what) {
  Json row = parse_json(line, what);
  FieldReader in(row, what);
  for (const std::string_view field : kCell) in.require(field);
  for (const std::string_view field : kAlways) in.require(field);
  return row;
}

}  // namespace

bool is_row_field(std::string_view name) { return holds(kCell, name) || holds(kAlways, name) || holds(kOthers, name); }

ExperimentRows::ExperimentRows(fs::path file) : file_(std::move(file)) {
  if (!fs::exists(file_)) return;
  const std::string text = read_file(file_);
  int number = 0;
  for (std::size_t end; (end = text.find('\n', whole_bytes_)) != std::string::npos; whole_bytes_ = end + 1) {
    const std::string what = fmt::format("{}: line {}", file_.string(), ++number);
    rows_.push_back(parse_row(text.substr(whole_bytes_, end - whole_bytes_), what));
  }
}

bool ExperimentRows::has(const Json& labels) const {
  for (const Json& row : rows_) {
    const auto same = [&](std::string_view field) { return row.at(field) == labels.at(field); };
    if (!std::all_of(kCell.begin(), kCell.end(), same)) continue;
    if (same("settings")) return true;
    bad_input(fmt::format(
        "{} holds a row of {} {} {} {} seed {} with other settings, {} instead of {}; choose another --rows and --out",
        file_.string(), to_line(labels.at("objective")), to_line(labels.at("ladder")), to_line(labels.at("schedule")),
        to_line(labels.at("sampler")), to_line(labels.at("seed")), to_line(row.at("settings")),
        to_line(labels.at("settings"))));
  }
  return false;
}

void ExperimentRows::begin_writing() {
  std::error_code failed;
  if (fs::exists(file_) && fs::file_size(file_) > whole_bytes_) fs::resize_file(file_, whole_bytes_, failed);
  if (failed) unavailable(fmt::format("cannot write rows to {}: {}", file_.string(), failed.message()));
  append("");
}

void ExperimentRows::add(Json row) {
  append(to_line(row) + "\n");
  rows_.push_back(std::move(row));
}

void ExperimentRows::append(const std::string& text) const {
  std::ofstream out(file_, std::ios::app);
  out << text << std::flush;
  if (!out) unavailable("cannot write rows to " + file_.string());
}

}  // namespace crescendo
