#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "crescendo/store.h"
#include "numeric/forest.h"
#include "sampler/row_space.h"

namespace crescendo {

/// A trial of the CNN that was really executed, as a raw row has it.
struct SizeTrial {
  std::string data;
  int side_px = 0;
  Json point;
  double error = 1;  // of one that failed: 1
  double cpu_seconds = 0;
};

/// Those of a file of raw rows, one a line. Throws Error (not found, bad input).
std::vector<SizeTrial> read_size_trials(const std::filesystem::path& file);

/// Raw rows of the trials that have ended in the studies of a store, for `data` the last part of their folder's name.
/// Trials that were stopped early or start from weights are left out.
std::vector<Json> size_trial_rows(Store& store);

/// What a point would come to at a side, learnt from real trials: a forest over the point and how often its side was
/// halved from `top_px` for the error, another for the logarithm of the time, and noise of `noise` (a standard
/// deviation) that belongs to side and seed.
class SizeTable {
 public:
  SizeTable(Space space, const std::vector<SizeTrial>& trials, int top_px, double noise);
  SizeTable(const SizeTable&) = delete;  // its rows refer to its space

  const Space& space() const { return space_; }
  double error(const Point& point, int side_px) const;  // without noise
  double noisy_error(const Point& point, int side_px, std::uint64_t seed) const;
  double cpu_seconds(const Point& point, int side_px) const;

 private:
  std::vector<double> row(const Point& point, int side_px) const;

  Space space_;
  Box box_;
  RowSpace rows_;
  int top_px_;
  std::unique_ptr<Forest> errors_, log_seconds_;
  double noise_;
};

}  // namespace crescendo
