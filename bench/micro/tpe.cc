// Time of a proposal of tpe on mixed10, one thread: the fastest of many, which is what an idle machine would need.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>

#include "crescendo/sampler.h"
#include "sampler/free_point.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

Study study_of(const Problem& problem, Named sampler, std::uint64_t seed) {
  Study study;
  study.seed = seed;
  study.sampler = std::move(sampler);
  study.ladder = {Rung{{}, 1, {}}};
  study.budget.trials = 1;
  study.space = problem.space;
  return study;
}

// Runs `trials` in turn; returns the history, and the fastest of the last 20 proposals' times in `fastest`.
History closed_loop(const Problem& problem, const Named& named, int trials, std::uint64_t seed, double& fastest) {
  const Study study = study_of(problem, named, seed);
  const auto sampler = make_sampler(study);
  const Box box = whole(study.space);
  History history(std::make_shared<const Study>(study));
  fastest = 1e9;
  for (int number = 0; number < trials; ++number) {
    Rng rng(seed, {static_cast<std::uint64_t>(number)});
    const double start = cpu_seconds();
    Trial trial;
    trial.number = number;
    trial.point = sampler->propose(history, box, number, rng);
    if (number >= trials - 20) fastest = std::min(fastest, cpu_seconds() - start);
    trial.state = TrialState::kFinished;
    trial.loss = problem.loss(*trial.point);
    history.set_trial(std::move(trial));
  }
  return history;
}

void run() {
  const Problem problem = mixed10();
  for (const bool joint : {true, false}) {
    for (const int trials : {100, 1000, joint ? 10000 : 3000}) {
      double fastest = 0;
      const double start = cpu_seconds();
      const History history = closed_loop(problem, {"tpe", {{"joint", joint}}}, trials, 1, fastest);
      fmt::print("tpe joint={:5} {:6} trials: {:8.3f} ms a proposal at the end, {:8.3f} s CPU in all, best {:.4f}\n",
                 joint, trials, 1e3 * fastest, cpu_seconds() - start, best(history)->loss);
    }
  }
}

}  // namespace
}  // namespace crescendo

int main() { crescendo::run(); }
