#pragma once

#include <cstdint>
#include <vector>

#include "crescendo/rng.h"
#include "crescendo/space.h"

namespace crescendo {

/// The numbers 0..size-1, each once, in an order that looks random.
class ShuffledCells {
 public:
  ShuffledCells(std::uint64_t size, Rng& rng);
  std::uint64_t operator[](std::uint64_t i) const;

 private:
  std::uint64_t size_, offset_, stride_;
};

/// A regular grid over a box: every choice, every int or step where there are at most `levels` of them, and `levels`
/// equally spaced values (on the parameter's own scale, both ends included) where there are more.
class PointGrid {
 public:
  PointGrid(const Space& space, const Box& box, int levels);

  /// Number of cells; those that differ only in inactive parameters are counted each. Saturates at 2^62.
  std::uint64_t size() const { return size_; }

  /// The point of a cell, without what is not active there.
  Point point(std::uint64_t cell) const;

 private:
  const Space& space_;
  std::vector<std::vector<double>> levels_;  // values of each parameter
  std::uint64_t size_ = 1;
};

}  // namespace crescendo
