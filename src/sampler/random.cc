#include <vector>

#include "sampler/point_grid.h"
#include "sampler/samplers.h"
#include "space/encode.h"

namespace crescendo {
namespace {

struct RandomOptions {};

/// Uniform over the box, each parameter on its own scale.
///
/// Source: Bergstra and Bengio 2012, "Random Search for Hyper-Parameter Optimization".
/// Conditional parameters: all are drawn, the inactive ones dropped, so the stream does not depend on the conditions.
/// Cost: O(parameters), and O(running trials) in a finite space.
class RandomSampler : public Sampler {
 public:
  Point propose(const History& history, const Box& box, int, Rng& rng) const override {
    const Space& space = history.study().space;
    const bool finite = space.size_of_grid() <= 1e6;
    std::vector<double> unit(space.size());
    Point point;
    // 64 draws miss the last free point of a space that is nine tenths busy once in a thousand times; then it is
    // looked for below.
    for (int draw = 0; draw < 64; ++draw) {
      for (double& u : unit) u = rng.uniform();
      point = point_in_box(space, box, unit);
      if (!finite || !is_pending(history, point)) return point;
    }
    const PointGrid every_point(space, box, 1'000'000);
    for (std::uint64_t cell = 0; cell < every_point.size(); ++cell) {
      const Point other = every_point.point(cell);
      if (!is_pending(history, other)) return other;
    }
    return point;
  }
};

}  // namespace

SamplerEntry random_sampler() {
  return {"random",
          "uniform draws; the baseline that the others must beat",
          "Bergstra and Bengio 2012",
          {},
          false,
          [](const Options& given) -> std::unique_ptr<Sampler> {
            read_options<RandomOptions>(given, {}, "sampler random");
            return std::make_unique<RandomSampler>();
          }};
}

}  // namespace crescendo
