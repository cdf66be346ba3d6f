#include "sampler/cost_model.h"

#include <algorithm>
#include <cmath>

namespace crescendo {
namespace {

constexpr double kUsualStep = 4;  // times the seconds of the rung below: a doubled image side is four times the pixels
constexpr double kStepWeight = 0.1;       // of that beside what is seen: a pair of trials one rung apart weighs 0.5
constexpr double kLeastDeviation = 1e-3;  // of the logarithms: a thousandth of the seconds

// Whether a trial took what its point and rung take, no less.
bool tells_cost(const History& history, const Observation& seen) {
  if (seen.trial < 0 || seen.standing != Standing::kFinished || seen.source != kOwnTrials) return false;
  const Trial& trial = history.trial(seen.trial);
  return !trial.stopped_early &&
         !(trial.parent && history.study().goes_on(history.trial(*trial.parent).rung, trial.rung));
}

}  // namespace

CostModel::Line CostModel::line_through(std::span<const int> rungs, std::span<const double> logs) {
  const auto count = static_cast<double>(logs.size());
  double rung = 0, log = 0, squares = 0, products = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    rung += rungs[i] / count;
    log += logs[i] / count;
  }
  for (std::size_t i = 0; i < logs.size(); ++i) {
    squares += (rungs[i] - rung) * (rungs[i] - rung);
    products += (rungs[i] - rung) * (logs[i] - log);
  }
  Line line;
  line.by_rung = (products + kStepWeight * std::log(kUsualStep)) / (squares + kStepWeight);
  line.at_lowest = log - line.by_rung * rung;
  double left = 0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    left += std::pow(logs[i] - line.at_lowest - line.by_rung * rungs[i], 2) / count;
  }
  line.deviation = std::max(std::sqrt(left), kLeastDeviation);
  return line;
}

CostModel::CostModel(RowSpace& rows, const History& history, std::span<const Observation> seen, int most,
                     FittedKernels& memo)
    : rows_(rows), top_(history.study().top()) {
  const Budget& budget = history.study().budget;
  const auto seconds_of = budget.cpu_seconds && !budget.seconds ? &Trial::cpu_seconds : &Trial::seconds;
  std::vector<const Observation*> told;
  for (const Observation& trial : seen) {
    if (tells_cost(history, trial) && history.trial(trial.trial).*seconds_of > 0) told.push_back(&trial);
  }
  line_.by_rung = std::log(kUsualStep);
  if (told.empty()) return;
  const auto ended = [&](const Observation* o) { return history.trial(o->trial).ended_revision; };
  std::stable_sort(told.begin(), told.end(),
                   [&](const Observation* a, const Observation* b) { return ended(a) < ended(b); });
  std::vector<double> features, logs, row(rows.width());
  std::vector<int> rungs;
  for (const Observation* trial : told) {
    rows.encode(*trial->point, top_ - trial->rung, row);
    append_place(rows, row, features);
    features.push_back(0);  // one level
    logs.push_back(std::log(history.trial(trial->trial).*seconds_of));
    rungs.push_back(trial->rung);
  }
  learn(features, rungs, logs, most, memo);
}

void CostModel::learn(const std::vector<double>& features, std::span<const int> rungs, std::span<const double> logs,
                      int most, FittedKernels& memo) {
  const std::size_t width = rows_.width() + 1, count = logs.size();
  const auto fitted = static_cast<std::size_t>(fitted_trials(static_cast<int>(count), most));
  const auto kept = static_cast<std::size_t>(most - most / 10);
  const std::size_t begin = fitted > kept ? fitted - kept : 0;
  const auto targets = [&](const Line& line, std::size_t end) {
    std::vector<double> found;
    for (std::size_t i = begin; i < end; ++i) {
      found.push_back((logs[i] - on_line(line, rungs[i])) / line.deviation);
    }
    return found;
  };
  const auto at = [&](std::size_t i) { return features.begin() + static_cast<std::ptrdiff_t>(i * width); };
  const Line then = line_through(rungs.first(fitted), logs.first(fitted));
  line_ = line_through(rungs, logs);
  std::vector<Compare> compare = comparisons(rows_);
  compare.push_back(Compare::kDifference);
  process_ = memo.grown(compare, {at(begin), at(fitted)}, targets(then, fitted), {at(fitted), features.end()});
  process_->set_targets(targets(line_, count));
}

void CostModel::seconds(std::span<const double> rows, std::span<double> seconds) {
  const std::size_t width = rows_.width();
  if (process_) {
    asked_.clear();
    for (std::size_t i = 0; i < rows.size(); i += width) {
      append_place(rows_, rows.subspan(i, width), asked_);
      asked_.push_back(0);
    }
    process_->predict_means(asked_, seconds);
  } else {
    std::fill(seconds.begin(), seconds.end(), 0.0);
  }
  for (std::size_t i = 0; i < seconds.size(); ++i) {
    const double rung = top_ - rows[i * width + width - 1];
    seconds[i] = std::exp(on_line(line_, rung) + line_.deviation * seconds[i]);
  }
}

}  // namespace crescendo
