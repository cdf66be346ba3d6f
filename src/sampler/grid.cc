#include <algorithm>
#include <numeric>

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
/// Cost: O(cells tried so far).
class GridSampler : public Sampler {
 public:
  explicit GridSampler(GridOptions options) : options_(options) {}

  Point propose(const History& history, const Box& box, int number, Rng&) const override {
    const Space& space = history.study().space;
    const PointGrid grid(space, box, options_.levels);
    std::vector<Point> used;
    for (const Trial& trial : history.trials()) {
      if (trial.number != number && trial.point && !trial.parent) used.push_back(*trial.point);
    }
    // A stride that shares no factor with the size visits every cell once.
    Rng order(history.study().seed, {grid.size()});
    const std::uint64_t offset = order.below(grid.size());
    std::uint64_t stride = 1 + order.below(grid.size());
    while (std::gcd(stride, grid.size()) != 1) ++stride;
    // After a full round every point has been used once; only those that run are avoided then.
    for (const bool whole_round : {false, true}) {
      __extension__ using Wide = unsigned __int128;
      for (std::uint64_t i = 0; i < grid.size(); ++i) {
        const auto cell = static_cast<std::uint64_t>((static_cast<Wide>(i) * stride + offset) % grid.size());
        const Point point = grid.point(cell);
        const bool taken =
            whole_round ? is_pending(history, point) : std::find(used.begin(), used.end(), point) != used.end();
        if (!taken) return point;
      }
    }
    return grid.point(offset);
  }

 private:
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
