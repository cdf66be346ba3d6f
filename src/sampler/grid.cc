#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "sampler/free_point.h"
#include "sampler/observations.h"
#include "sampler/point_grid.h"
#include "sampler/samplers.h"

namespace crescendo {
namespace {

struct GridOptions {
  int levels = 3;
};

constexpr Option<GridOptions> kOptions[] = {
    {"levels", &GridOptions::levels, 1, 1000, "values of a float, or of an int that has more values than this"},
};

constexpr std::uint64_t kMostBroken = 1'000'000;  // cells in sequence, after which the rest are taken for such too

/// Every cell of a regular grid once, in an order shuffled by the study's seed, so that a search which ends early has
/// still seen all of the space. When all cells are used it begins again. Cells that break a constraint are left out;
/// where none of a million is left, points are drawn.
///
/// Conditional parameters: cells that differ only in inactive parameters are one point and are tried once.
/// Cost: O(trials + cells tried so far).
class GridSampler : public Sampler {
 public:
  explicit GridSampler(GridOptions options) : options_(options) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const Space& space = history.study().space;
    const PointGrid grid(space, box, options_.levels);
    Rng order(history.study().seed, {grid.size()});
    const ShuffledCells cells(grid.size(), order);
    const auto used = uses(history, number);
    const PendingPoints pending(history, number);
    // The first cell with no use that is not pending; once all are used, the first with one use, and so on. Each trial
    // uses at most one point, so the search ends.
    std::optional<Point> first;
    for (int rounds = 0; rounds <= static_cast<int>(history.trials().size()); ++rounds) {
      std::uint64_t broken = 0;  // in sequence
      for (std::uint64_t i = 0; i < grid.size() && broken < kMostBroken; ++i) {
        const Point point = grid.point(cells[i]);
        if (!space.allowed(point.values)) {
          ++broken;
          continue;
        }
        broken = 0;
        if (!first) first = point;
        const auto found = used.find(key_of(point));
        if ((found == used.end() ? 0 : found->second) <= rounds && !pending.contains(point)) return point;
      }
      if (!first) break;
    }
    return free_point(space, box, pending, [&] { return first ? *first : uniform_point(space, box, rng); });
  }

 private:
  // NaN does not compare, so inactive values stand as the lowest number.
  static std::vector<double> key_of(const Point& point) {
    std::vector<double> key = point.values;
    std::replace_if(
        key.begin(), key.end(), [](double value) { return std::isnan(value); }, std::numeric_limits<double>::lowest());
    return key;
  }

  // How often each point was started, by other trials than `number`; for one that learns from its own rung alone, how
  // often it was tried there.
  static std::map<std::vector<double>, int> uses(const History& history, int number) {
    std::map<std::vector<double>, int> counts;
    const bool alone = learns_alone(history, number);
    const int rung = rung_proposed_for(history, number);
    for (const Trial& trial : history.trials()) {
      const bool counted = alone ? trial.rung == rung && trial.tag.repeat <= 0 : !trial.parent;
      if (trial.number != number && trial.point && counted) ++counts[key_of(*trial.point)];
    }
    return counts;
  }

  GridOptions options_;
};

}  // namespace

SamplerEntry grid_sampler() {
  return {"grid",
          "a regular grid in shuffled order; for small spaces",
          "the oldest method there is",
          describe<GridOptions>(kOptions),
          false,
          [](const Options& given) -> std::unique_ptr<Sampler> {
            return std::make_unique<GridSampler>(read_options<GridOptions>(given, kOptions, "sampler grid"));
          }};
}

}  // namespace crescendo
