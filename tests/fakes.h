#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "crescendo/objective.h"
#include "space/parse.h"

namespace crescendo {

/// A clock that only moves when it is told to, or when somebody sleeps.
class ManualClock : public Clock {
 public:
  double now() const override { return now_; }
  void sleep_for(std::chrono::duration<double> time) override { now_ += time.count(); }
  void advance(double seconds) { now_ += seconds; }

 private:
  double now_ = 1'000'000;
};

/// A space with every kind of parameter and conditions two deep.
inline Space mixed_space() {
  return parse_space(Json::parse(R"json([
    {"name": "rate", "type": "float", "low": 1e-4, "high": 0.1, "log": true},
    {"name": "layers", "type": "int", "low": 1, "high": 3, "narrow": false},
    {"name": "units", "type": "int", "low": 16, "high": 256, "log": true, "active_when": "layers >= 2"},
    {"name": "kind", "type": "categorical", "choices": ["sgd", "adam", null, true, 1.5]},
    {"name": "size", "type": "ordinal", "choices": [3, 5, 7], "active_when": ["layers >= 2", "kind == 'sgd'"]},
    {"name": "drop", "type": "float", "low": 0, "high": 0.5, "step": 0.05},
    {"name": "deep", "type": "float", "low": -1, "high": 1, "active_when": "size != 5"}
  ])json"));
}

/// Six points in all.
inline Space tiny_space() {
  return parse_space(Json::parse(R"json([
    {"name": "a", "type": "int", "low": 1, "high": 3},
    {"name": "b", "type": "categorical", "choices": ["x", "y"]}
  ])json"));
}

/// A study of `rungs` rungs whose fidelity is "epochs", with the paper's falling shares.
inline Study small_study(int trials, int rungs = 3, std::string schedule = "ramp", Space space = mixed_space()) {
  Study study;
  study.name = "small";
  study.seed = 7;
  study.objective = {"fake"};
  study.sampler = {"random"};
  study.schedule = {std::move(schedule)};
  study.budget.trials = trials;
  for (int rung = 0; rung < rungs; ++rung) {
    study.ladder.push_back({{{"epochs", std::pow(3, rung)}}, static_cast<double>(rungs - rung)});
  }
  study.space = std::move(space);
  return study;
}

/// The space with `perturb` at every parameter that does not decide which others are active.
inline Space all_perturbed(const Space& space) {
  std::vector<Parameter> parameters(space.parameters().begin(), space.parameters().end());
  for (Parameter& p : parameters) {
    p.perturb = std::none_of(parameters.begin(), parameters.end(), [&](const Parameter& other) {
      return std::any_of(other.active_when.begin(), other.active_when.end(),
                         [&](const Condition& condition) { return condition.parameter == p.name; });
    });
  }
  return Space(std::move(parameters), {space.constraints().begin(), space.constraints().end()});
}

/// The study as its schedule takes it: for a population trials go on, on two rungs at least, and a given number of
/// members is no larger than the budget carries to the top.
inline Study suited(Study study) {
  if (study.schedule.name != "population") return study;
  study.continues = true;
  study.space = all_perturbed(study.space);
  if (study.top() == 0) study.ladder.push_back({{{"epochs", 3}}, 1.0});
  const auto given = study.schedule.options.find("population");
  if (given == study.schedule.options.end() || !study.budget.trials) return study;
  const int most = *study.budget.trials / static_cast<int>(study.ladder.size());
  given->second = std::min(std::get<double>(given->second), static_cast<double>(most));
  return study;
}

/// Does what the test's function says, after telling `epochs` epochs of it, and stops when it is told to.
class ScriptedObjective : public Objective {
 public:
  using Script = std::function<Outcome(const Assignment&)>;
  explicit ScriptedObjective(Script script, int epochs = 2) : script_(std::move(script)), epochs_(epochs) {}

  std::optional<Outcome> evaluate(const Assignment& assignment, const Hooks& hooks) override {
    Outcome outcome = script_(assignment);
    for (int epoch = 1; epoch <= epochs_; ++epoch) {
      if (const Going asked = hooks.ask(); asked == Going::kCancel) {
        return {};
      } else if (asked == Going::kStop) {
        outcome.stopped_early = true;
        outcome.failed = outcome.failed || epoch == 1;
        break;
      }
      const Going going = hooks.after_epoch({epoch, outcome.loss + 1.0 / epoch, {}});
      if (going == Going::kCancel) return {};
      if (going == Going::kStop) {
        outcome.stopped_early = true;
        break;
      }
    }
    return outcome;
  }

 private:
  Script script_;
  int epochs_;
};

}  // namespace crescendo
