#include "schedule/budget.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace crescendo {
namespace {

constexpr int kUncounted = std::numeric_limits<int>::max();
constexpr double kForever = std::numeric_limits<double>::infinity();

// Trials of the rungs up to and including `rung`.
int trials_up_to(const Study& study, int rung) {
  if (rung < 0) return 0;
  const int all = *study.budget.trials;
  const int shared = static_cast<int>(std::lround(all * study.cumulative_share(rung)));
  const int rungs = study.top() + 1;
  return all < rungs ? shared : std::clamp(shared, rung + 1, all - (study.top() - rung));
}

bool has_enough(const History& history) {
  const Study& study = history.study();
  const auto ranked = history.ranked(study.top());
  const bool reached = study.budget.target && !ranked.empty() &&
                       history.trial(ranked.front()).loss <= turned(study, *study.budget.target);
  return reached || (study.budget.patience && history.ended_since_best() >= *study.budget.patience);
}

// Trials for which there is room below a fidelity's total, if each uses so much.
double fitting(const History& history, const std::string& fidelity, double each, double total) {
  // Totals of fractions are not whole to the last bit.
  constexpr double kRounding = 1e-9;
  return std::floor((total - history.used(fidelity)) / each + kRounding);
}

double number_of(const Study& study, int rung, const std::string& fidelity) {
  return study.ladder[static_cast<std::size_t>(rung)].fidelity.at(fidelity);
}

bool is_time_over(const History& history, const Allowance& allowance) {
  return history.elapsed_seconds() >= allowance.end || history.cpu_seconds() >= allowance.cpu_end;
}

}  // namespace

Allowance ladder_allowance(const Study& study, int rung) {
  Allowance allowance = whole_budget(study);
  if (study.budget.trials) allowance.trials = trials_up_to(study, rung) - trials_up_to(study, rung - 1);
  if (study.budget.seconds) {
    allowance.begin = rung == 0 ? 0 : *study.budget.seconds * study.cumulative_share(rung - 1);
    allowance.end = *study.budget.seconds * study.cumulative_share(rung);
  }
  if (study.budget.cpu_seconds) {
    allowance.cpu_begin = rung == 0 ? 0 : *study.budget.cpu_seconds * study.cumulative_share(rung - 1);
    allowance.cpu_end = *study.budget.cpu_seconds * study.cumulative_share(rung);
  }
  for (auto& [name, total] : allowance.fidelity) total *= study.cumulative_share(rung);
  return allowance;
}

Allowance allowance_up_to(const History& history, int rung) {
  const Study& study = history.study();
  Allowance allowance = ladder_allowance(study, rung);  // its times and totals are those of all the rungs up to it
  if (study.budget.trials) {
    const int all = *study.budget.trials,
              elsewhere = static_cast<int>(history.trials().size() - history.at_rung(rung).size());
    const int shared = static_cast<int>(std::lround(all * study.cumulative_share(rung)));
    allowance.trials = std::min(shared, all - (study.top() - rung)) - elsewhere;
  }
  for (auto& [name, total] : allowance.fidelity) {
    if (rung == study.top()) break;
    total = std::min(total, study.budget.fidelity.at(name) - study.ladder.back().fidelity.at(name));
  }
  return allowance;
}

Allowance whole_budget(const Study& study) {
  const Budget& budget = study.budget;
  return {budget.trials.value_or(kUncounted),    0,
          budget.seconds.value_or(kForever),     0,
          budget.cpu_seconds.value_or(kForever), budget.fidelity};
}

Allowance rest_for_top(const History& history) {
  Allowance allowance = whole_budget(history.study());
  const auto top = history.at_rung(history.study().top()).size();
  if (history.study().budget.trials) allowance.trials -= static_cast<int>(history.trials().size() - top);
  return allowance;
}

bool has_room(const History& history, int rung, std::optional<int> below) {
  const Study& study = history.study();
  const Allowance all = whole_budget(study);
  if (is_time_over(history, all) || has_enough(history)) return false;
  if (static_cast<int>(history.trials().size()) >= all.trials) return false;
  return std::all_of(all.fidelity.begin(), all.fidelity.end(), [&](const auto& budget) {
    const auto& [name, total] = budget;
    const bool rest = below && study.goes_on(*below, rung);
    const double each = number_of(study, rung, name) - (rest ? number_of(study, *below, name) : 0);
    return each <= 0 || fitting(history, name, each, total) >= 1;
  });
}

int trials_left(const History& history, int rung, const Allowance& allowance) {
  if (is_time_over(history, allowance) || has_enough(history)) return 0;
  const auto& trials = history.study().budget.trials;
  double left = allowance.trials - static_cast<int>(history.at_rung(rung).size());
  if (trials) left = std::min(left, static_cast<double>(*trials) - static_cast<double>(history.trials().size()));
  for (const auto& [name, total] : allowance.fidelity) {
    left = std::min(left, fitting(history, name, number_of(history.study(), rung, name), total));
  }
  return static_cast<int>(std::clamp(left, 0.0, static_cast<double>(kUncounted)));
}

int trials_left(const History& history) { return trials_left(history, history.study().top(), rest_for_top(history)); }

int all_running(const History& history) {
  int running = 0;
  for (int rung = 0; rung <= history.study().top(); ++rung) running += history.running(rung);
  return running;
}

}  // namespace crescendo
