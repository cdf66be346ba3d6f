#include "bench/search_rows.h"

#include <fmt/format.h>

#include <fstream>

#include "base/files.h"
#include "crescendo/error.h"

namespace crescendo {
namespace {

/// Nine digits are what the evaluators give.
double short_number(double value) { return std::stod(fmt::format("{:.9g}", value)); }

Cell cell_of(const Json& row) { return {row.at("sampler"), row.at("problem"), row.at("seed"), row.at("trials")}; }

}  // namespace

void Improvements::add(bool has_failed, double loss) {
  ++evaluated;
  failed += has_failed;
  if (has_failed) return;
  const double rounded = short_number(loss);
  if (curve.empty() || rounded < curve.back()[1].get<double>()) curve.push_back({evaluated, rounded});
}

SearchRows::SearchRows(std::filesystem::path file) : file_(std::move(file)) { read(); }

void SearchRows::read() {
  cells_.clear();
  scales_.clear();
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) {
    const Json row = parse_json(line, file_.string());
    if (row.contains("sampler")) {
      cells_.insert(cell_of(row));
    } else {
      scales_.insert(row.at("problem").get<std::string>());
    }
  }
}

bool SearchRows::has(const Cell& cell) const {
  const std::lock_guard lock(mutex_);
  return cells_.contains(cell);
}

bool SearchRows::has_scale(const std::string& problem) const {
  const std::lock_guard lock(mutex_);
  return scales_.contains(problem);
}

void SearchRows::forget(const std::set<Cell>& cells) {
  const std::lock_guard lock(mutex_);
  std::string kept;
  std::ifstream in(file_);
  for (std::string line; std::getline(in, line);) {
    const Json row = parse_json(line, file_.string());
    if (!row.contains("sampler") || !cells.contains(cell_of(row))) kept += line + "\n";
  }
  write_file(file_, kept);
  read();
}

void SearchRows::add(const Cell& cell, const Json& origin, const Improvements& found) {
  Json row = {{"sampler", cell.sampler}};
  row.update(origin);
  row["problem"] = cell.problem;
  row["seed"] = cell.seed;
  row["trials"] = cell.trials;
  if (found.evaluated != cell.trials) row["evaluated"] = found.evaluated;
  if (found.failed > 0) row["failed"] = found.failed;
  row["curve"] = found.curve;
  for (Json& improvement : row["curve"]) improvement[1] = short_number(improvement[1]);
  const std::lock_guard lock(mutex_);
  append(row);
  cells_.insert(cell);
}

void SearchRows::add_scale(const std::string& problem, double best, double random_median) {
  const std::lock_guard lock(mutex_);
  append({{"problem", problem}, {"best", best}, {"random_median", short_number(random_median)}});
  scales_.insert(problem);
}

void SearchRows::append(const Json& row) {
  std::ofstream out(file_, std::ios::app);
  out << to_line(row) << "\n";
  out.flush();
  if (!out) unavailable("cannot write rows to " + file_.string());
}

}  // namespace crescendo
