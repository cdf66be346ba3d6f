#include "schedule/stopping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "crescendo/error.h"

namespace crescendo {
namespace {

constexpr std::array kExponents = {0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8};
constexpr std::size_t kFewestReports = 5;
constexpr double kErrors = 3;  // with 2, noise of 3 % of the range gave up 7 % of the curves that reach the best

/// a + b x, with x = t^-exponent and b >= 0.
struct Fit {
  double a = 0, b = 0, squares = 0, mean_x = 0, spread_x = 0;
};

Fit fit(std::span<const double> curve, double exponent) {
  const auto n = static_cast<double>(curve.size());
  Fit result;
  double mean_y = 0;
  std::vector<double> x(curve.size());
  for (std::size_t i = 0; i < curve.size(); ++i) {
    x[i] = std::pow(static_cast<double>(i + 1), -exponent);
    result.mean_x += x[i] / n;
    mean_y += curve[i] / n;
  }
  double xy = 0;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    result.spread_x += (x[i] - result.mean_x) * (x[i] - result.mean_x);
    xy += (x[i] - result.mean_x) * (curve[i] - mean_y);
  }
  result.b = std::max(0.0, xy / result.spread_x);
  result.a = mean_y - result.b * result.mean_x;
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const double rest = curve[i] - result.a - result.b * x[i];
    result.squares += rest * rest;
  }
  return result;
}

double best_so_far(std::span<const double> curve) {
  double best = std::numeric_limits<double>::infinity();
  for (const double loss : curve) best = loss < best ? loss : best;
  return best;
}

// Whether the losses of two trials of a rung compare: what began from its parent's weights starts lower.
bool are_alike(const Trial& a, const Trial& b) { return (a.tag.warm == 1) == (b.tag.warm == 1); }

bool reaches_the_median(const History& history, const Trial& trial) {
  const std::size_t reports = trial.curve.size();
  std::vector<double> losses;
  for (const int number : history.full(trial.rung)) {
    if (!are_alike(history.trial(number), trial)) continue;
    const std::vector<double>& curve = history.trial(number).curve;
    if (curve.size() >= reports && !std::isnan(curve[reports - 1])) losses.push_back(curve[reports - 1]);
  }
  if (losses.empty()) return true;
  const auto middle = losses.begin() + static_cast<std::ptrdiff_t>(losses.size() / 2);
  std::nth_element(losses.begin(), middle, losses.end());
  const double upper = *middle;
  const double lower = losses.size() % 2 == 1 ? upper : *std::max_element(losses.begin(), middle);
  return best_so_far(trial.curve) <= (lower + upper) / 2;
}

// Reports of the longest curve of a rung's trials in full.
std::size_t full_length(const History& history, int rung) {
  std::size_t length = 0;
  for (const int number : history.full(rung)) length = std::max(length, history.trial(number).curve.size());
  return length;
}

bool may_reach_the_best(const History& history, const Trial& trial, std::size_t length) {
  if (trial.curve.size() < std::max(kFewestReports, (length + 3) / 4)) return true;
  if (!std::all_of(trial.curve.begin(), trial.curve.end(), [](double loss) { return std::isfinite(loss); })) {
    return true;  // what diverges fails by itself
  }
  const auto full = history.full(trial.rung);
  const auto best =
      std::find_if(full.begin(), full.end(), [&](int number) { return are_alike(history.trial(number), trial); });
  return best == full.end() || optimistic_end(trial.curve, static_cast<int>(length)) <= history.trial(*best).loss;
}

}  // namespace

double optimistic_end(std::span<const double> curve, int length) {
  check(curve.size() >= 4 && static_cast<int>(curve.size()) < length, "a curve is extrapolated from at least 4 losses");
  std::array<Fit, kExponents.size()> fits;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < fits.size(); ++i) {
    fits[i] = fit(curve, kExponents[i]);
    least = std::min(least, fits[i].squares);
  }
  const auto n = static_cast<double>(curve.size());
  double lowest = best_so_far(curve);
  for (std::size_t i = 0; i < fits.size(); ++i) {
    const Fit& f = fits[i];
    if (f.squares > least * (1 + 4 / (n - 3))) continue;
    const double x = std::pow(static_cast<double>(length), -kExponents[i]);
    const double away = (x - f.mean_x) * (x - f.mean_x) / f.spread_x;
    const double error = std::sqrt(f.squares / (n - 3) * (1 + 1 / n + away));
    lowest = std::min(lowest, f.a + f.b * x - kErrors * error);
  }
  return lowest;
}

StoppingRule::StoppingRule(const StoppingOptions& options) : startup_(options.stopping_startup) {
  if (options.stopping == "none") {
    rule_ = Rule::kNone;
  } else if (options.stopping == "median") {
    rule_ = Rule::kMedian;
  } else if (options.stopping == "curve") {
    rule_ = Rule::kCurve;
  } else {
    bad_input(fmt::format("no stopping called '{}'; there are: none median curve", options.stopping));
  }
}

bool StoppingRule::keep_going(const History& history, int number) const {
  if (rule_ == Rule::kNone) return true;
  const Trial& trial = history.trial(number);
  if (trial.tag.repeat > 0 || trial.curve.empty()) return true;
  const auto full = history.full(trial.rung);
  const auto alike = [&](int other) { return are_alike(history.trial(other), trial); };
  if (std::count_if(full.begin(), full.end(), alike) < startup_) return true;
  const std::size_t length = full_length(history, trial.rung);
  if (trial.curve.size() >= length) return true;  // nothing is left to save, and it was executed in full
  return rule_ == Rule::kMedian ? reaches_the_median(history, trial) : may_reach_the_best(history, trial, length);
}

}  // namespace crescendo
