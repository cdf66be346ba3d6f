#include "sampler/free_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "crescendo/error.h"
#include "sampler/point_grid.h"
#include "space/encode.h"

namespace crescendo {

namespace {

constexpr double kFinite = 1e6;        // points that can all be tried
constexpr int kMostDraws = 1'000'000;  // a second or so
constexpr int kDrawsOfFinite = 1000;   // of a box of few points, before all are tried

double count_points(const Space& space, const Box& box) {
  double product = 1;
  for (std::size_t i = 0; i < space.size(); ++i) {
    const double count = count_values(space[i], box.sides[i]);
    product *= count > 0 ? count : std::numeric_limits<double>::infinity();
  }
  return product;
}

}  // namespace

bool is_finite(const Space& space) { return space.size_of_grid() <= kFinite; }

PendingPoints::PendingPoints(const History& history, int number) {
  for (int rung = 0; rung <= history.study().top(); ++rung) {
    if (history.running(rung) == 0) continue;
    for (const int other : history.at_rung(rung)) {
      const Trial& trial = history.trial(other);
      if (other != number && trial.state == TrialState::kRunning && trial.point) points_.push_back(&*trial.point);
    }
  }
}

bool PendingPoints::contains(const Point& point) const {
  return std::any_of(points_.begin(), points_.end(), [&](const Point* other) { return *other == point; });
}

std::optional<Point> find_uniform_point(const Space& space, const Box& box, Rng& rng, int most_draws) {
  std::vector<double> unit(space.size());
  const auto draw = [&] {
    for (double& u : unit) u = rng.uniform();
    return point_in_box(space, box, unit);
  };
  Point point = draw();
  if (space.allowed(point.values)) return point;
  const bool finite = count_points(space, box) <= kFinite;
  for (int i = 1; i < (finite ? std::min(most_draws, kDrawsOfFinite) : most_draws); ++i) {
    point = draw();
    if (space.allowed(point.values)) return point;
  }
  if (!finite) return {};
  const PointGrid every_point(space, box, static_cast<int>(kFinite));
  const ShuffledCells cells(every_point.size(), rng);
  for (std::uint64_t i = 0; i < every_point.size(); ++i) {
    point = every_point.point(cells[i]);
    if (space.allowed(point.values)) return point;
  }
  return {};
}

Point uniform_point(const Space& space, const Box& box, Rng& rng) {
  if (auto point = find_uniform_point(space, box, rng, kMostDraws)) return *std::move(point);
  const std::string where = box.reason.empty() ? "the space" : fmt::format("a part of the space ({})", box.reason);
  bad_input(
      fmt::format("the constraints leave no point in {} that {} draws would find; widen its ranges or leave out a "
                  "constraint",
                  where, kMostDraws));
}

Point free_point(const Space& space, const Box& box, const PendingPoints& pending, const std::function<Point()>& draw) {
  if (!is_finite(space)) return draw();
  Point point;
  // 64 draws miss the last free point of a space that is nine tenths busy once in a thousand times; then it is
  // looked for below.
  for (int i = 0; i < 64; ++i) {
    point = draw();
    if (!pending.contains(point)) return point;
  }
  const PointGrid every_point(space, box, static_cast<int>(kFinite));
  for (std::uint64_t cell = 0; cell < every_point.size(); ++cell) {
    const Point other = every_point.point(cell);
    if (space.allowed(other.values) && !pending.contains(other)) return other;
  }
  return point;
}

}  // namespace crescendo
