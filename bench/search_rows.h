#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/json.h"

namespace crescendo {

/// One search: what is run once and has one row.
struct Cell {
  std::string sampler, problem;
  int seed = 0, trials = 0;
  friend auto operator<=>(const Cell&, const Cell&) = default;
};

/// How good the points of a search were: [trials so far, loss] of each that was better than all before.
struct Improvements {
  Json curve = Json::array();
  int evaluated = 0, failed = 0;

  void add(bool has_failed, double loss);
};

/// The raw rows of bench/search (docs/benchmarks.md), one for each cell, and one for each problem's scale.
/// Thread-safe.
class SearchRows {
 public:
  /// Reads what is there; the file need not be.
  explicit SearchRows(std::filesystem::path file);

  bool has(const Cell& cell) const;
  bool has_scale(const std::string& problem) const;
  /// Takes the rows of these cells out of the file.
  void forget(const std::set<Cell>& cells);

  /// Adds the row of a cell; `origin` says what ran it: a commit, or versions of a product.
  void add(const Cell& cell, const Json& origin, const Improvements& found);
  void add_scale(const std::string& problem, double best, double random_median);

 private:
  void read();
  void append(const Json& row);

  std::filesystem::path file_;
  mutable std::mutex mutex_;
  std::set<Cell> cells_;
  std::set<std::string> scales_;
};

}  // namespace crescendo
