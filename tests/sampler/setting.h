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

inline Point all_at(double x) { return {std::vector<double>(kFloats, x)}; }

/// A sampler and a history whose trials a test makes, all of them in the whole space.
struct Setting {
  explicit Setting(Named named, const Space& space = floats(), int rungs = 1)
      : study(small_study(1000, rungs, "flat", space)), history(std::make_shared<const Study>(study)) {
    study.sampler = std::move(named);
    sampler = make_sampler(study);
    history = History(std::make_shared<const Study>(study));
    box = whole(study.space);
    history.add_box(0, box);
  }

  Trial& begin(const Point& point, int rung = 0) {
    next = Trial{};
    next.number = static_cast<int>(history.trials().size());
    next.rung = rung;
    next.box = 0;
    next.point = point;
    return next;
  }
  void finish(const Point& point, double loss, int rung = 0) {
    begin(point, rung);
    next.state = TrialState::kFinished;
    next.loss = loss;
    history.set_trial(next);
  }
  void fail(const Point& point) {
    begin(point).state = TrialState::kFailed;
    history.set_trial(next);
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
  Setting s(std::move(sampler), problem.space);
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
