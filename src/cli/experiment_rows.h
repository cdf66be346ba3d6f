#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace crescendo {

/// Whether a row of an experiment has a field of this name by itself (docs/formats.md).
bool is_row_field(std::string_view name);

/// The raw rows of experiments: one a cell, each a line of JSON.
class ExperimentRows {
 public:
  /// Reads what is there; the file need not be. A last line that was cut off while it was written, by a full disk or a
  /// power cut, is left out. Throws Error (bad input) naming another line that is no row.
  explicit ExperimentRows(std::filesystem::path file);

  /// Whether the cell that these labels name (Experiment::labels) has its row. Throws Error (bad input) if that is of
  /// other settings.
  bool has(const Json& labels) const;

  /// Takes away what was cut off. Throws Error (unavailable) if nothing can be written.
  void begin_writing();

  void add(Json row);

  const std::vector<Json>& all() const { return rows_; }

 private:
  void append(const std::string& text) const;

  std::filesystem::path file_;
  std::vector<Json> rows_;
  std::uintmax_t whole_bytes_ = 0;  // of the file, up to where a line was cut off
};

}  // namespace crescendo
