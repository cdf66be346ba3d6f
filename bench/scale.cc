// Schedules at scale: a simulated clock runs 100,000 trials with 1,000 workers. Nobody may idle while work exists, and
// a step must not cost more the longer the history is.
//
//     scale [--rows FILE] [--trials N] [--workers N]

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <queue>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "bench/exit_status.h"
#include "bench/machine.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "crescendo/schedule.h"
#include "schedule/budget.h"
#include "space/parse.h"

namespace crescendo {
namespace {

constexpr int kRungs = 4;
constexpr double kEta = 3;
constexpr int kFinals = 6;  // repetitions: of three leaders, two each

struct Choice {
  std::string rows;
  int trials = 100'000;
  int workers = 1000;
};

Choice parse(int count, char** arguments) {
  Choice choice;
  for (int i = 1; i < count; ++i) {
    const std::string flag = arguments[i];
    const std::string value = i + 1 < count ? arguments[++i] : "";
    const bool whole = !value.empty() && value.size() < 9 && value.find_first_not_of("0123456789") == std::string::npos;
    if (flag == "--rows" && !value.empty()) {
      choice.rows = value;
    } else if ((flag == "--trials" || flag == "--workers") && whole && std::stoi(value) > 0) {
      (flag == "--trials" ? choice.trials : choice.workers) = std::stoi(value);
    } else {
      bad_input("usage: scale [--rows FILE] [--trials N] [--workers N]");
    }
  }
  return choice;
}

Study large_study(const std::string& schedule, int trials) {
  Study study;
  study.name = "scale";
  study.objective = {"simulated"};
  study.sampler = {"random"};
  study.schedule = {schedule};
  study.budget.trials = trials;
  for (int rung = 0; rung < kRungs; ++rung) study.ladder.push_back({{{"epochs", std::pow(kEta, rung)}}, 1.0});
  study.space = parse_space(Json::parse(R"([{"name": "x", "type": "float", "low": 0, "high": 1}])"));
  return study;
}

double median(std::vector<double> values) {
  check(!values.empty(), "a median is that of at least one number");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class World {
 public:
  World(const std::string& schedule, const Choice& choice)
      : study_(std::make_shared<const Study>(large_study(schedule, choice.trials))),
        schedule_(make_schedule(*study_)),
        history_(study_),
        free_(choice.workers),
        workers_(choice.workers) {}

  /// Throws std::logic_error when a worker idles while work exists.
  void run() {
    for (;;) {
      while (free_ > 0) {
        const auto begin = std::chrono::steady_clock::now();
        const Step step = schedule_->next(history_);
        const double microseconds = since(begin);
        if (std::holds_alternative<Finish>(step)) return;
        if (std::holds_alternative<Wait>(step)) {
          check_wait();
          break;
        }
        steps_.push_back(microseconds);
        claim(step);
      }
      end_next();
    }
  }

  /// Microseconds, medians over the trials from `first` to before `last`: of a step, and of keeping the history when
  /// the trial was claimed and when it ended.
  double step_cost(int first, int last) const { return median({steps_.begin() + first, steps_.begin() + last}); }
  double history_cost(int first, int last) const { return median({upkeep_.begin() + first, upkeep_.begin() + last}); }

  /// Microseconds of CPU time a trial for everything, the simulation itself too: a mean, so that rare steps count.
  double whole_cost(int first, int last) const {
    const auto at = [this](int trial) { return cpu_seconds_[static_cast<std::size_t>(trial)]; };
    return 1e6 * (at(last - 1) - at(first)) / (last - 1 - first);
  }

  /// Share of the workers' time, until the last trial was claimed, in which they had none.
  double idle() const { return idle_at_last_claim_ / (last_claim_ * workers_); }
  std::vector<std::size_t> at_rungs() const {
    std::vector<std::size_t> counts;
    for (int rung = 0; rung < kRungs; ++rung) counts.push_back(history_.at_rung(rung).size());
    return counts;
  }

 private:
  static double since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count();
  }

  // Only for a rung of ramp to end, for the last of all, and before its finals.
  void check_wait() const {
    if (trials_left(history_) == 0) return;
    check(study_->schedule.name == "ramp", "no worker idles while work exists");
    int rung = 0;
    while (history_.running(rung) == 0) ++rung;
    const int kept = rung == study_->top() ? kFinals : 0;
    check(trials_left(history_, rung, ladder_allowance(*study_, rung)) <= kept, "a worker of ramp waits for a rung");
  }

  void claim(const Step& step) {
    Trial trial;
    trial.number = static_cast<int>(history_.trials().size());
    if (const auto* start = std::get_if<Start>(&step)) {
      trial.rung = claimed_rung(*start, *study_);
      trial.tag = claimed_tag(*start);
      if (!history_.find_box(trial.rung, start->box)) history_.add_box(trial.rung, start->box);
      trial.point = Point{{rng_.uniform()}};
    } else {
      const auto& promote = std::get<Promote>(step);
      trial.rung = promote.rung;
      trial.tag = promote.tag;
      trial.parent = promote.parent;
      trial.point = history_.trial(promote.parent).point;
    }
    trial.seconds = std::pow(kEta, trial.rung) * std::exp(rng_.uniform() - 0.5);
    last_claim_ = now_;
    idle_at_last_claim_ = idle_seconds_;
    cpu_seconds_.push_back(thread_cpu_seconds());
    ends_.push({now_ + trial.seconds, trial.number});
    --free_;
    const auto begin = std::chrono::steady_clock::now();
    history_.set_trial(std::move(trial));
    upkeep_.push_back(since(begin));
  }

  void end_next() {
    const auto [time, number] = ends_.top();
    ends_.pop();
    idle_seconds_ += free_ * (time - now_);
    now_ = time;
    ++free_;
    Trial trial = history_.trial(number);
    trial.state = rng_.uniform() < 0.05 ? TrialState::kFailed : TrialState::kFinished;
    trial.loss = trial.point->values[0] + 0.3 * rng_.uniform() / (1 + trial.rung);
    const auto begin = std::chrono::steady_clock::now();
    history_.set_trial(std::move(trial));
    upkeep_[static_cast<std::size_t>(number)] += since(begin);
  }

  using End = std::pair<double, int>;

  std::shared_ptr<const Study> study_;
  std::unique_ptr<Schedule> schedule_;
  History history_;
  Rng rng_{1};
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
  int free_, workers_;
  double now_ = 0, last_claim_ = 0, idle_seconds_ = 0, idle_at_last_claim_ = 0;
  std::vector<double> steps_, upkeep_;  // [trial], microseconds
  std::vector<double> cpu_seconds_;     // [trial], of this thread, when it was claimed
};

void run(const Choice& choice) {
  for (const std::string schedule : {"asha", "hyperband", "ramp"}) {
    World world(schedule, choice);
    world.run();
    fmt::print("{}: workers idled {:.2f} % of the time; trials at each rung: {}\n", schedule, 100 * world.idle(),
               fmt::join(world.at_rungs(), " "));
    for (int trials = 100; trials <= choice.trials; trials *= 10) {
      const int first = trials - trials / 10;
      fmt::print("  {:7} trials: {:.2f} us a step, {:.2f} us to keep the history, {:.2f} us of CPU time in all\n",
                 trials, world.step_cost(first, trials), world.history_cost(first, trials),
                 world.whole_cost(first, trials));
      if (choice.rows.empty()) continue;
      Json row = run_description("any");
      row["schedule"] = schedule;
      row["workers"] = choice.workers;
      row["trials_in_all"] = choice.trials;
      row["idle"] = world.idle();
      row["trials"] = trials;
      row["step_us"] = world.step_cost(first, trials);
      row["history_us"] = world.history_cost(first, trials);
      row["whole_us"] = world.whole_cost(first, trials);
      std::ofstream out(choice.rows, std::ios::app);
      out << to_line(row) << "\n";
      out.flush();
      if (!out) unavailable("cannot write rows to " + choice.rows);
    }
  }
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  return crescendo::exit_status("scale", [&] { crescendo::run(crescendo::parse(count, arguments)); });
}
