#include "sampler/marginals.h"

#include <algorithm>
#include <cmath>

#include "sampler/best_elsewhere.h"

namespace crescendo {
namespace {

std::vector<double> shares_of(std::span<const Point* const> points, std::size_t parameter, std::size_t choices) {
  std::vector<double> shares(choices, 1.0);
  double sum = static_cast<double>(choices);
  for (const Point* point : points) {
    const double value = point->values[parameter];
    if (std::isnan(value)) continue;
    ++shares[static_cast<std::size_t>(value)];
    ++sum;
  }
  for (double& share : shares) share /= sum;
  return shares;
}

}  // namespace

std::vector<Marginal> marginals_of(std::span<const Point* const> points, const Space& space, const UnitCube& cube,
                                   double spread) {
  std::vector<Marginal> all(space.size());
  for (std::size_t i = 0; i < space.size(); ++i) {
    if (cube.is_categorical(i)) {
      all[i].shares = shares_of(points, i, space[i].choices.size());
      continue;
    }
    const UnitRange range = cube.range(i);
    double sum = 0, squares = 0, count = 0;
    for (const Point* point : points) {
      if (std::isnan(point->values[i])) continue;
      const double at = cube.middle(i, point->values[i]);
      sum += at;
      squares += at * at;
      ++count;
    }
    const double mean = count > 0 ? sum / count : (range.low + range.high) / 2;
    const double usual = spread * (range.high - range.low);
    all[i].mean = std::clamp(mean, range.low, range.high);
    all[i].deviation = std::sqrt((std::max(0.0, squares - count * mean * mean) + usual * usual) / (count + 1));
  }
  return all;
}

double draw_choice(std::span<const double> shares, const UnitCube& cube, std::size_t parameter, Rng& rng) {
  double sum = 0, last = 0;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (cube.in_box(parameter, static_cast<double>(k))) sum += shares[k];
  }
  double at = rng.uniform() * sum;
  for (std::size_t k = 0; k < shares.size(); ++k) {
    if (!cube.in_box(parameter, static_cast<double>(k))) continue;
    last = static_cast<double>(k);
    if (at < shares[k]) break;
    at -= shares[k];
  }
  return last;
}

std::vector<const Point*> starting_points(const History& history, int first, int number, int count) {
  auto points = best_elsewhere(history, number, 2 * static_cast<std::size_t>(count), first);
  points.resize((points.size() + 1) / 2);
  return points;
}

}  // namespace crescendo
