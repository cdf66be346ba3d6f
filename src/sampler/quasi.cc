#include <fmt/format.h>

#include "numeric/sobol.h"
#include "sampler/free_point.h"
#include "sampler/samplers.h"
#include "sampler/sobol_point.h"

namespace crescendo {
namespace {

struct QuasiOptions {};

/// A Sobol sequence with nested uniform scrambling: trial n is the sequence's point n, spread over its box. Fills the
/// space more evenly than independent draws do, at any length and in any projection on few parameters.
///
/// Source: Sobol 1967; Joe and Kuo 2008 (direction numbers); Owen 1995 (scrambling).
/// Conditional parameters: each has its own dimension; what is not active is dropped.
/// Constraints: trial n has the n-th point of those that are allowed in its box.
/// A point that runs already in a finite space is replaced by a uniform draw, and so is one beyond the first 2^17.
/// Cost: O(parameters); with constraints, as many points of the sequence.
class QuasiSampler : public Sampler {
 public:
  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const Space& space = history.study().space;
    bool first = true;
    return free_point(space, box, PendingPoints(history, number), [&] {
      if (!first) return uniform_point(space, box, rng);
      first = false;
      return sobol_point(history.study(), box, number, rng);
    });
  }

  static void check_size(const Space& space) {
    if (space.size() <= kSobolDimensions) return;
    bad_input(fmt::format("sampler quasi: the space has {} parameters; at most {} are possible, use sampler random",
                          space.size(), kSobolDimensions));
  }
};

}  // namespace

SamplerEntry quasi_sampler() {
  return {"quasi",
          "a scrambled Sobol sequence: more even than random draws",
          "Sobol 1967; Joe and Kuo 2008; Owen 1995",
          {},
          false,
          [](const Options& given) -> std::unique_ptr<Sampler> {
            read_options<QuasiOptions>(given, {}, "sampler quasi");
            return std::make_unique<QuasiSampler>();
          },
          [](const Space& space) { QuasiSampler::check_size(space); }};
}

}  // namespace crescendo
