#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "crescendo/sampler.h"
#include "sampler/samplers.h"
#include "space/encode.h"
#include "tests/fakes.h"
#include "tests/problems.h"

namespace crescendo {

inline constexpr std::size_t kFloats = 10;

/// Ten floats from 0 to 1.
inline Space floats() {
  Json parameters = Json::array();
  for (std::size_t i = 0; i < kFloats; ++i) {
    parameters.push_back({{"name", "x" + std::to_string(i)}, {"type", "float"}, {"low", 0}, {"high", 1}});
  }
  return parse_space(parameters);
}

inline Space one_float() {
  return parse_space(Json::parse(R"([{"name": "x", "type": "float", "low": 0, "high": 1}])"));
}

inline Point random_point(const Space& space, Rng& rng) {
  std::vector<double> unit(space.size());
  for (double& u : unit) u = rng.uniform();
  return point_in_box(space, whole(space), unit);
}

inline Point all_at(double x) { return {std::vector<double>(kFloats, x)}; }

/// A sampler and a history whose trials a test makes, all of them in the whole space.
struct Setting {
  explicit Setting(Named named, const Space& space = floats(), int rungs = 1)
      : Setting(space, std::move(named), 1000, rungs) {}

  Setting(const Space& space, Named named, int trials = 100, int rungs = 1, std::uint64_t seed = 1)
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

  Trial& begin(const Point& point, int rung = 0) {
    next = Trial{};
    next.number = static_cast<int>(history.trials().size());
    next.rung = rung;
    next.box = 0;
    next.point = point;
    return next;
  }
  void add(const Point& point, double loss, TrialState state = TrialState::kFinished, int rung = 0) {
    begin(point, rung);
    next.state = state;
    next.loss = loss;
    history.set_trial(next);
  }
  void finish(const Point& point, double loss, int rung = 0) { add(point, loss, TrialState::kFinished, rung); }
  void fail(const Point& point) {
    begin(point).state = TrialState::kFailed;
    history.set_trial(next);
  }

  Point propose(std::uint64_t stream, int number = -1) const {
    Rng rng(1, {stream});
    return sampler->propose(history, box, number < 0 ? static_cast<int>(history.trials().size()) : number, rng);
  }

  std::vector<Point> children(int count) const {
    std::vector<Point> points;
    for (int i = 0; i < count; ++i) {
      Rng rng(9, {static_cast<std::uint64_t>(i)});
      points.push_back(sampler->propose(history, box, 100'000, rng));
    }
    return points;
  }

  Study study;
  std::unique_ptr<Sampler> sampler;
  History history;
  Box box;
  Trial next;
};

/// The lowest loss above the optimum after some trials by one worker that stamps what it claims.
inline double regret_after(const Problem& problem, Named sampler, int trials, std::uint64_t seed) {
  Setting s(problem.space, std::move(sampler), trials, 1, seed);
  double best = 1e300;
  for (int number = 0; number < trials; ++number) {
    s.begin({}).point.reset();
    s.sampler->stamp(s.history, 0, s.next.tag);
    s.history.set_trial(s.next);
    Rng rng(seed, {static_cast<std::uint64_t>(number)});
    s.next.point = s.sampler->propose(s.history, s.box, number, rng);
    s.next.state = TrialState::kFinished;
    s.next.loss = problem.loss(*s.next.point);
    s.history.set_trial(s.next);
    best = std::min(best, s.next.loss);
  }
  return best - problem.optimum;
}

inline Space range_of_floats(int count, double low, double high) {
  Json parameters = Json::array();
  for (int i = 0; i < count; ++i) {
    parameters.push_back({{"name", "x" + std::to_string(i)}, {"type", "float"}, {"low", low}, {"high", high}});
  }
  return parse_space(parameters);
}

inline Problem sphere(int floats) {
  return {"sphere", range_of_floats(floats, -5, 10),
          [](const Point& p) {
            double sum = 0;
            for (const double x : p.values) sum += x * x;
            return sum;
          },
          0};
}

inline Problem rosenbrock(int floats) {
  return {"rosenbrock", range_of_floats(floats, -5, 10),
          [](const Point& p) {
            double sum = 0;
            for (std::size_t i = 0; i + 1 < p.values.size(); ++i) {
              const double x = p.values[i], next = p.values[i + 1];
              sum += 100 * std::pow(next - x * x, 2) + std::pow(1 - x, 2);
            }
            return sum;
          },
          0};
}

}  // namespace crescendo
