#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "sampler/free_point.h"
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

/// Every cell of a regular grid once, in an order shuffled by the study's seed, so that a search which ends early has
/// still seen all of the space. When all cells are used it begins again.
///
/// Conditional parameters: cells that differ only in inactive parameters are one point and are tried once.
/// Cost: O(trials + cells tried so far).
class GridSampler : public Sampler {
 public:
  explicit GridSampler(GridOptions options) : options_(options) {}

  Point propose(const History& history, const Box& box, int number, Rng&) const override {
    const Space& space = history.study().space;
    const PointGrid grid(space, box, options_.levels);
    // A stride that shares no factor with the size visits every cell once.
    Rng order(history.study().seed, {grid.size()});
    const std::uint64_t offset = order.below(grid.size());
    std::uint64_t stride = 1 + order.below(grid.size());
    while (std::gcd(stride, grid.size()) != 1) ++stride;
    const auto used = uses(history, number);
    const PendingPoints pending(history, number);
    // The first cell with no use that is not pending; once all are used, the first with one use, and so on. Each trial
    // uses at most one point, so the search ends.
    for (int rounds = 0; rounds <= static_cast<int>(history.trials().size()); ++rounds) {
      for (std::uint64_t i = 0; i < grid.size(); ++i) {
        __extension__ using Wide = unsigned __int128;
        const auto cell = static_cast<std::uint64_t>((static_cast<Wide>(i) * stride + offset) % grid.size());
        const Point point = grid.point(cell);
        const auto found = used.find(key_of(point));
        if ((found == used.end() ? 0 : found->second) <= rounds && !pending.contains(point)) return point;
      }
    }
    return grid.point(offset);
  }

 private:
  // NaN does not compare, so inactive values stand as the lowest number.
  static std::vector<double> key_of(const Point& point) {
    std::vector<double> key = point.values;
    std::replace_if(
        key.begin(), key.end(), [](double value) { return std::isnan(value); }, std::numeric_limits<double>::lowest());
    return key;
  }

  // How often each point was started, by other trials than `number`.
  static std::map<std::vector<double>, int> uses(const History& history, int number) {
    std::map<std::vector<double>, int> counts;
    for (const Trial& trial : history.trials()) {
      if (trial.number != number && trial.point && !trial.parent) ++counts[key_of(*trial.point)];
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
