#include "sampler/point_grid.h"

#include <algorithm>
#include <numeric>

#include "space/encode.h"

namespace crescendo {
namespace {

constexpr std::uint64_t kLargest = std::uint64_t{1} << 62;

std::vector<double> level_values(const Parameter& p, const Box::Side& side, int levels) {
  if (!side.choices.empty()) return {side.choices.begin(), side.choices.end()};
  std::vector<double> values;
  const double count = count_values(p, side);
  if (count > 0 && count <= levels) {
    for (int i = 0; i < static_cast<int>(count); ++i) values.push_back(side.low + i * p.step.value_or(1));
    return values;
  }
  const UnitRange range = unit_range(p, side);
  for (int i = 0; i < levels; ++i) {
    const double at = levels == 1 ? 0.5 : static_cast<double>(i) / (levels - 1);
    values.push_back(std::clamp(from_unit(p, range.low + at * (range.high - range.low)), side.low, side.high));
  }
  // Two levels of an int on a log scale can round to one value.
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

}  // namespace

// A stride that shares no factor with the size visits every cell once.
ShuffledCells::ShuffledCells(std::uint64_t size, Rng& rng)
    : size_(size), offset_(rng.below(size)), stride_(1 + rng.below(size)) {
  while (std::gcd(stride_, size_) != 1) ++stride_;
}

std::uint64_t ShuffledCells::operator[](std::uint64_t i) const {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(i) * stride_ + offset_) % size_);
}

PointGrid::PointGrid(const Space& space, const Box& box, int levels) : space_(space) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    levels_.push_back(level_values(space[i], box.sides[i], levels));
    const std::uint64_t count = levels_.back().size();
    size_ = size_ > kLargest / count ? kLargest : size_ * count;
  }
}

Point PointGrid::point(std::uint64_t cell) const {
  Point point{std::vector<double>(space_.size(), kInactive)};
  for (std::size_t i = 0; i < space_.size(); ++i) {
    const std::uint64_t count = levels_[i].size();
    if (space_.active(i, point.values)) point.values[i] = levels_[i][cell % count];
    cell /= count;
  }
  return point;
}

}  // namespace crescendo
