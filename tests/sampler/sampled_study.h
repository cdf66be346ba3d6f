#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "crescendo/sampler.h"
#include "space/encode.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {

inline Space one_float() {
  return parse_space(Json::parse(R"([{"name": "x", "type": "float", "low": 0, "high": 1}])"));
}

// A study at one rung, or more, with a sampler.
struct SampledStudy {
  SampledStudy(const Space& space, Named named, int trials = 100, int rungs = 1, std::uint64_t seed = 1)
      : study(make_study(space, std::move(named), trials, rungs, seed)),
        sampler(make_sampler(study)),
        history(std::make_shared<const Study>(study)),
        box(whole(study.space)) {
    history.add_box(0, box);
  }

  static Study make_study(const Space& space, Named named, int trials, int rungs, std::uint64_t seed) {
    Study study = small_study(trials, rungs, "flat", space);
    study.seed = seed;
    study.sampler = std::move(named);
    return study;
  }

  void add(const Point& point, double loss, TrialState state = TrialState::kFinished, int rung = 0) {
    Trial trial;
    trial.number = static_cast<int>(history.trials().size());
    trial.rung = rung;
    trial.box = 0;
    trial.point = point;
    trial.loss = loss;
    trial.state = state;
    history.set_trial(trial);
  }

  Point propose(std::uint64_t stream, int number = -1) const {
    Rng rng(1, {stream});
    return sampler->propose(history, box, number < 0 ? static_cast<int>(history.trials().size()) : number, rng);
  }

  Study study;
  std::unique_ptr<Sampler> sampler;
  History history;
  Box box;
};

inline Point random_point(const Space& space, Rng& rng) {
  std::vector<double> unit(space.size());
  for (double& u : unit) u = rng.uniform();
  return point_in_box(space, whole(space), unit);
}

inline double best_of_search(const Problem& problem, const std::string& name, int trials, std::uint64_t seed) {
  SampledStudy s(problem.space, {name}, trials, 1, seed);
  double best = 1e300;
  for (int number = 0; number < trials; ++number) {
    Rng rng(seed, {static_cast<std::uint64_t>(number)});
    const Point point = s.sampler->propose(s.history, s.box, number, rng);
    const double loss = problem.loss(point);
    s.add(point, loss);
    best = std::min(best, loss);
  }
  return best;
}

}  // namespace crescendo
