#include "sampler/free_point.h"
#include "sampler/samplers.h"

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
  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const Space& space = history.study().space;
    return free_point(space, box, PendingPoints(history, number), [&] { return uniform_point(space, box, rng); });
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
