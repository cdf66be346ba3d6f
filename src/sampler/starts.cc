#include "sampler/starts.h"

#include <algorithm>
#include <numeric>

#include "sampler/observations.h"

namespace crescendo {
namespace {

constexpr std::size_t kDrawsForEach = 4;  // row, where constraints forbid most

}  // namespace

std::vector<double> draw_allowed(RowSpace& rows, std::size_t count, Rng& rng) {
  const std::size_t width = rows.width();
  std::vector<double> drawn(count * width);
  std::size_t found = 0;
  for (std::size_t i = 0; i < kDrawsForEach * count && found < count; ++i) {
    const auto row = std::span(drawn).subspan(found * width, width);
    rows.draw(rng, row);
    if (rows.allowed(row)) ++found;
  }
  drawn.resize(found * width);
  return drawn;
}

std::vector<double> lowest(std::span<const double> rows, std::span<const double> costs, std::size_t width,
                           std::size_t most) {
  const auto higher = [&](std::size_t a, std::size_t b) {
    return costs[a] > costs[b] || (costs[a] == costs[b] && a > b);
  };
  std::vector<std::size_t> heap(costs.size());
  std::iota(heap.begin(), heap.end(), std::size_t{0});
  std::make_heap(heap.begin(), heap.end(), higher);
  std::vector<double> found;
  while (!heap.empty() && found.size() < most * width) {
    const auto row = rows.subspan(heap.front() * width, width);
    std::pop_heap(heap.begin(), heap.end(), higher);
    heap.pop_back();
    bool is_new = true;
    for (std::size_t i = 0; i < found.size() && is_new; i += width) {
      is_new = !std::equal(row.begin(), row.end(), found.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (is_new) found.insert(found.end(), row.begin(), row.end());
  }
  return found;
}

std::vector<double> brought_inside(RowSpace& rows, std::vector<double> outside, Rng& rng) {
  std::vector<double> inside;
  for (std::size_t i = 0; i < outside.size(); i += rows.width()) {
    const auto row = std::span(outside).subspan(i, rows.width());
    rows.bring_inside(row, rng);
    if (rows.allowed(row)) inside.insert(inside.end(), row.begin(), row.end());
  }
  return inside;
}

Point new_random_point(const Sampler& uniform, const History& history, const Box& box, int number, int retries,
                       Rng& rng) {
  const std::vector<Observation> seen = observations(history, number);
  Point point = uniform.propose(history, box, number, rng);
  for (int retry = 0; retry < retries && is_known(seen, point); ++retry) {
    point = uniform.propose(history, box, number, rng);
  }
  return point;
}

}  // namespace crescendo
