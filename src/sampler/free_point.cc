#include "sampler/free_point.h"

#include <algorithm>

#include "sampler/point_grid.h"
#include "space/encode.h"

namespace crescendo {

bool is_finite(const Space& space) { return space.size_of_grid() <= 1e6; }

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

Point uniform_point(const Space& space, const Box& box, Rng& rng) {
  std::vector<double> unit(space.size());
  for (double& u : unit) u = rng.uniform();
  return point_in_box(space, box, unit);
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
  const PointGrid every_point(space, box, 1'000'000);
  for (std::uint64_t cell = 0; cell < every_point.size(); ++cell) {
    const Point other = every_point.point(cell);
    if (!pending.contains(other)) return other;
  }
  return point;
}

}  // namespace crescendo
