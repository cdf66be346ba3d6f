#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <vector>

#include "sampler/best_elsewhere.h"
#include "sampler/observations.h"
#include "sampler/repair.h"
#include "sampler/samplers.h"
#include "sampler/slots.h"
#include "sampler/unit_cube.h"

namespace crescendo {
namespace {

struct SwarmOptions {
  int population = 8;
  double inertia = 0.7298;
  double own = 1.49618;
  double best = 1.49618;
  double stray = 0.05;
};

constexpr Option<SwarmOptions> kOptions[] = {
    {"population", &SwarmOptions::population, 1, 10'000, "particles; trials are their steps in turn"},
    {"inertia", &SwarmOptions::inertia, 0, 1, "share of its last step that a particle makes again"},
    {"own", &SwarmOptions::own, 0, 4, "most of the way to its own best point that it goes"},
    {"best", &SwarmOptions::best, 0, 4, "most of the way to the swarm's best point that it goes"},
    {"stray", &SwarmOptions::stray, 0, 1, "probability of each category to be drawn"},
};

constexpr int kTries = 16;  // steps to known or forbidden points, until a random point is taken

/// Particle swarm optimisation: a particle goes on in its direction, drawn towards its own best point and that of all.
///
/// Source: Kennedy, Eberhart 1995; the coefficients of Clerc, Kennedy 2002; first steps as SPSO 2007.
/// Differs: a particle's velocity is the step that it made, from one trial's point to the next, since a history keeps
/// points: what the bounds cut off is gone. Ints, steps and ordinals are rounded up or down at random in proportion. A
/// category is that of the particle, of its best point or of the swarm's, by the weights of the three terms, or, with
/// probability `stray`, drawn.
/// Parallel: particles take turns in the order of claims; what has ended by then draws them. Other rungs, other
/// studies: the first steps are to the best points that were tried elsewhere, nearest rungs first, and the best of them
/// draws the swarm until a trial of the rung has ended. Failed trials draw nothing. Constraints: steps that break one
/// are drawn again, then made more like the best point. Conditional parameters: what a particle lacks is its best
/// point's, the swarm's, or drawn. Cost: O(trials) a proposal, 10 us at 1,000.
class SwarmSampler : public Sampler {
 public:
  explicit SwarmSampler(SwarmOptions options) : options_(options), uniform_(random_sampler().make({})) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    const Space& space = history.study().space;
    const Slots slots(history, rung_proposed_for(history, number), options_.population);
    const std::size_t place = slots.place(number), population = static_cast<std::size_t>(options_.population);
    const auto earlier = best_elsewhere(history, number, population);
    if (place < population) {
      const Point* next = next_of(earlier, history, box, number, place);
      return next ? *next : uniform_->propose(history, box, number, rng);
    }
    const auto path = slots.path(place, 2);
    const Point* best = best_of_all(history, number);
    if (!best && !earlier.empty()) best = earlier.front();
    if (path.empty() || !best) return uniform_->propose(history, box, number, rng);
    const Point* own = slots.best_of(slots.slot(place), number);
    const Forces forces{path.front(), path.size() > 1 ? path[1] : nullptr, own ? own : best, best};
    const UnitCube cube(space, box);
    for (int tried = 0; tried < kTries; ++tried) {
      Point point = step(cube, forces, rng);
      if (!space.allowed(point.values) && tried + 1 == kTries) point = repaired(space, box, point, *best, rng);
      if (space.allowed(point.values) && !is_known(history, number, point)) return point;
    }
    return uniform_->propose(history, box, number, rng);
  }

 private:
  struct Forces {
    const Point *here, *before, *own, *best;  // before: null where it has made no step yet
  };

  static const Point* best_of_all(const History& history, int number) {
    for (const int ranked : history.ranked(rung_proposed_for(history, number))) {
      const Trial& trial = history.trial(ranked);
      if (ranked != number && Slots::competes(trial)) return &*trial.point;
    }
    return nullptr;
  }

  Point step(const UnitCube& cube, const Forces& forces, Rng& rng) const {
    return cube.point([&](std::size_t i) {
      double here = forces.here->values[i], own = forces.own->values[i], best = forces.best->values[i];
      for (const double other : {own, best}) {
        if (std::isnan(here)) here = other;
      }
      if (std::isnan(here)) return cube.draw_value(i, rng);
      if (std::isnan(own)) own = here;
      if (std::isnan(best)) best = here;
      const double to_own = options_.own * rng.uniform(), to_best = options_.best * rng.uniform();
      if (cube.is_categorical(i)) return category(cube, i, {here, own, best}, {options_.inertia, to_own, to_best}, rng);
      const double at = cube.middle(i, here);
      const double velocity =
          forces.before && !std::isnan(forces.before->values[i]) && !std::isnan(forces.here->values[i])
              ? at - cube.middle(i, forces.before->values[i])
              : (cube.draw(i, rng) - at) / 2;
      const UnitRange cell = cube.cell(i, here);
      const double unit = at + options_.inertia * velocity + to_own * (cube.middle(i, own) - at) +
                          to_best * (cube.middle(i, best) - at) + (rng.uniform() - 0.5) * (cell.high - cell.low);
      return cube.value(i, std::clamp(unit, cube.range(i).low, cube.range(i).high));
    });
  }

  double category(const UnitCube& cube, std::size_t i, const std::array<double, 3>& values,
                  const std::array<double, 3>& weights, Rng& rng) const {
    if (rng.uniform() < options_.stray) return cube.draw_value(i, rng);
    double at = rng.uniform() * (weights[0] + weights[1] + weights[2]);
    std::size_t chosen = 0;
    while (chosen < 2 && at >= weights[chosen]) at -= weights[chosen++];
    return cube.in_box(i, values[chosen]) ? values[chosen] : cube.draw_value(i, rng);
  }

  SwarmOptions options_;
  std::unique_ptr<Sampler> uniform_;
};

}  // namespace

SamplerEntry swarm_sampler() {
  return {"swarm",
          "particle swarm: points move on, drawn towards their own best and that of all; for many cheap trials",
          "Kennedy and Eberhart 1995; Clerc and Kennedy 2002",
          describe<SwarmOptions>(kOptions),
          true,
          [](const Options& given) -> std::unique_ptr<Sampler> {
            return std::make_unique<SwarmSampler>(read_options<SwarmOptions>(given, kOptions, "sampler swarm"));
          }};
}

}  // namespace crescendo
