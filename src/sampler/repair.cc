#include "sampler/repair.h"

#include <cmath>
#include <numeric>
#include <vector>

namespace crescendo {

bool has_the_active(const Space& space, const Point& point) {
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (space.active(i, point.values) == std::isnan(point.values[i])) return false;
  }
  return true;
}

Point repaired(const Space& space, const Box& box, Point point, const Point& other, Rng& rng) {
  std::vector<std::size_t> order(space.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  rng.shuffle(std::span(order));
  Point mixed = point;
  for (const std::size_t i : order) {
    mixed.values[i] = other.values[i];
    Point tried = mixed;
    space.deactivate(tried);
    if (space.allowed(tried.values) && box.contains(tried) && has_the_active(space, tried)) return tried;
  }
  return point;
}

}  // namespace crescendo
