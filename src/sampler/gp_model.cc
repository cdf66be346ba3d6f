#include "sampler/gp_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <tuple>

#include "crescendo/error.h"
#include "numeric/log_ei.h"
#include "sampler/clipped_loss.h"

namespace crescendo {
namespace {

constexpr int kMostRungs = 64;  // more than a ladder has
constexpr double kMiddle = 0.5;
constexpr double kBelieved = 1e-6;  // noise of what is predicted for a running trial: it need not be executed twice

// How far apart tasks lie beside parameters, whose ranges are 1: before anything is learnt of it, neighbouring rungs
// have correlations of 0.8 to 0.9, as their rankings have on average, and other studies somewhat less.
constexpr double kRungsApart = 0.2, kStudiesApart = 0.3, kFurtherStudies = 0.1;

double place_of(int source) {
  if (source == kOwnTrials) return 0;
  return source == kOwnWarmTrials ? -kRungsApart : kStudiesApart + kFurtherStudies * source;
}

using Seen = std::vector<const Observation*>;

// Lessons first, then in the order of ends: who ends late comes behind those that were learnt from already.
Seen in_order_of_ends(const History& history, std::span<const Observation> seen) {
  Seen ended;
  for (const Observation& trial : seen) {
    if (trial.standing != Standing::kPending) ended.push_back(&trial);
  }
  const auto place = [&](const Observation* o) {
    return std::tuple(o->trial >= 0, o->trial >= 0 ? history.trial(o->trial).ended_revision : 0, o->row);
  };
  std::sort(ended.begin(), ended.end(),
            [&](const Observation* a, const Observation* b) { return place(a) < place(b); });
  return ended;
}

// Of the finished ones among these, the highest loss; 0 where there is none.
double worst_loss(std::span<const Observation* const> trials, auto&& belongs) {
  double worst = -std::numeric_limits<double>::infinity();
  for (const Observation* trial : trials) {
    if (trial->standing == Standing::kFinished && belongs(*trial)) worst = std::max(worst, trial->loss);
  }
  return std::isfinite(worst) ? worst : 0;
}

// What is learnt of each of these, each study's on a scale of its own, because their losses do not compare.
std::vector<double> targets_of(std::span<const Observation* const> ended) {
  std::map<int, std::vector<std::size_t>> of_source;
  for (std::size_t i = 0; i < ended.size(); ++i) of_source[ended[i]->source].push_back(i);
  std::vector<double> targets(ended.size());
  for (const auto& [source, members] : of_source) {
    std::map<int, double> worst;  // of each rung
    for (const std::size_t i : members) {
      const int rung = ended[i]->rung;
      if (ended[i]->standing == Standing::kFinished || worst.contains(rung)) continue;
      worst[rung] = worst_loss(
          ended, [&, of = source](const Observation& other) { return other.source == of && other.rung == rung; });
    }
    std::vector<double> losses;
    std::vector<int> rungs;
    for (const std::size_t i : members) {
      losses.push_back(ended[i]->standing == Standing::kFinished ? ended[i]->loss : worst[ended[i]->rung]);
      rungs.push_back(ended[i]->rung);
    }
    losses = clipped_losses(losses, rungs);
    for (std::size_t k = 0; k < members.size(); ++k) targets[members[k]] = losses[k];
  }
  return targets;
}

// Positions of those that are learnt from, ascending: all, or the best of the nearest rungs and the latest.
std::vector<std::size_t> worth_keeping(std::span<const Observation* const> ended, std::span<const double> targets,
                                       std::size_t most) {
  std::vector<std::size_t> kept(ended.size());
  for (std::size_t i = 0; i < kept.size(); ++i) kept[i] = i;
  if (kept.size() <= most) return kept;
  const std::size_t latest = most / 2, old = ended.size() - latest;
  const auto rank = [&](std::size_t i) {
    return std::tuple(ended[i]->source >= 0, ended[i]->rungs_away, targets[i], i);
  };
  const auto best = kept.begin() + static_cast<std::ptrdiff_t>(most - latest);
  const auto first_of_latest = kept.begin() + static_cast<std::ptrdiff_t>(old);
  std::nth_element(kept.begin(), best, first_of_latest,
                   [&](std::size_t a, std::size_t b) { return rank(a) < rank(b); });
  kept.erase(best, first_of_latest);
  std::sort(kept.begin(), kept.end());
  return kept;
}

// Of the rung and study nearest to what is proposed for that have a trial that ended.
double nearest_level(std::span<const Observation* const> ended, const auto& level_of) {
  const auto distance = [](const Observation* o) {
    return std::tuple(o->source >= 0, o->rungs_away, o->source != kOwnTrials);
  };
  const auto nearest = std::min_element(ended.begin(), ended.end(), [&](const Observation* a, const Observation* b) {
    return distance(a) < distance(b);
  });
  return level_of(**nearest);
}

}  // namespace

int fitted_trials(int ended, int most) {
  int count = 1;
  for (;;) {
    const int more = std::clamp(count / 10, 1, std::max(1, most / 10));
    if (count + more > ended) return count;
    count += more;
  }
}

GaussianProcess FittedKernels::get(const std::vector<Compare>& features, const std::vector<double>& rows,
                                   const std::vector<double>& targets) {
  std::shared_ptr<const GaussianProcess> known;
  {
    const std::lock_guard lock(mutex_);
    const auto found = std::find_if(kept_.begin(), kept_.end(),
                                    [&](const Kept& kept) { return kept.rows == rows && kept.targets == targets; });
    if (found != kept_.end()) {
      known = found->process;
      std::rotate(found, found + 1, kept_.end());
    }
  }
  if (known) return *known;
  return GaussianProcess(features, fit_kernel(features, rows, targets), rows);
}

GaussianProcess FittedKernels::grown(const std::vector<Compare>& features, const std::vector<double>& rows,
                                     const std::vector<double>& targets, std::span<const double> further) {
  GaussianProcess process = get(features, rows, targets);
  const std::size_t width = process.width();
  std::size_t known = process.first();
  for (std::size_t i = 0; i < further.size(); i += width, ++known) {
    const auto row = further.subspan(i, width);
    if (known < process.size() && process.is_row(known, row)) continue;
    process.truncate(known);
    process.append(row);
  }
  process.truncate(known);
  keep(rows, targets, process);
  return process;
}

void FittedKernels::keep(const std::vector<double>& rows, const std::vector<double>& targets, GaussianProcess process) {
  auto shared = std::make_shared<const GaussianProcess>(std::move(process));
  const std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&](const Kept& kept) { return kept.rows == rows && kept.targets == targets; });
  if (kept_.size() >= kMost) kept_.erase(kept_.begin());
  kept_.push_back({rows, targets, std::move(shared)});
}

GpModel::GpModel(RowSpace& rows, const Box& box, const History& history, std::span<const Observation> seen, int most,
                 FittedKernels& memo, bool asks_rungs)
    : rows_(rows),
      box_(box),
      several_tasks_(asks_rungs ||
                     std::any_of(seen.begin(), seen.end(),
                                 [](const Observation& o) { return o.source != kOwnTrials || o.rungs_away != 0; })),
      mean_slope_(rows.width() + 1),
      variance_slope_(rows.width() + 1) {
  const Seen ended = in_order_of_ends(history, seen);
  level_ = nearest_level(ended, [&](const Observation& o) { return level_of(o.rungs_away, o.source); });
  learn(ended, most, memo);
  imagine(seen);
  predicted_.resize(trials_.size() / rows_.width());
  ask(trials_);
  process_->predict_means(asked_, predicted_);
  const bool any_inside = std::find(inside_.begin(), inside_.end(), true) != inside_.end();
  incumbent_ = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < predicted_.size(); ++i) {
    if (inside_[i] || !any_inside) incumbent_ = std::min(incumbent_, predicted_[i]);
  }
}

std::vector<Compare> comparisons(const RowSpace& rows) {
  std::vector<Compare> features;
  for (std::size_t i = 0; i + 1 < rows.width(); ++i) {
    features.push_back(rows.is_categorical(i) ? Compare::kEquality : Compare::kDifference);
  }
  return features;
}

void append_place(const RowSpace& rows, std::span<const double> row, std::vector<double>& features) {
  for (std::size_t i = 0; i + 1 < row.size(); ++i) {
    features.push_back(!rows.is_categorical(i) && !rows.active(row, i) ? kMiddle : row[i]);
  }
  features.push_back(kRungsApart * row.back());
}

double GpModel::level_of(int rungs_away, int source) const { return (source + 2) * kMostRungs + rungs_away; }

void GpModel::append_features(std::span<const double> row, int source, double level,
                              std::vector<double>& features) const {
  append_place(rows_, row, features);
  if (several_tasks_) {
    features.push_back(place_of(source));
  } else {
    features.pop_back();
  }
  features.push_back(level);
}

void GpModel::append_features(const Observation& trial, std::vector<double>& features) const {
  std::vector<double> row(rows_.width());
  rows_.encode(*trial.point, trial.rungs_away, row);
  append_features(row, trial.source, level_of(trial.rungs_away, trial.source), features);
}

std::vector<Compare> GpModel::features() const {
  std::vector<Compare> features = comparisons(rows_);
  if (several_tasks_) features.insert(features.end(), {Compare::kDifference, Compare::kDifference});
  return features;
}

void GpModel::learn(std::span<const Observation* const> ended, int most, FittedKernels& memo) {
  const auto fitted = static_cast<std::size_t>(fitted_trials(static_cast<int>(ended.size()), most));
  const std::vector<double> then = targets_of(ended.first(fitted)), now = targets_of(ended);
  std::vector<double> first_rows, first_targets, further;
  for (const std::size_t i : worth_keeping(ended.first(fitted), then, static_cast<std::size_t>(most - most / 10))) {
    append_features(*ended[i], first_rows);
    first_targets.push_back(then[i]);
    learn_from(*ended[i], now[i]);
  }
  for (std::size_t i = fitted; i < ended.size(); ++i) {
    append_features(*ended[i], further);
    learn_from(*ended[i], now[i]);
  }
  process_ = memo.grown(features(), first_rows, first_targets, further);
  process_->set_targets(targets_);
}

void GpModel::learn_from(const Observation& trial, double target) {
  targets_.push_back(target);
  inside_.push_back(box_.contains(*trial.point));
  trials_.resize(trials_.size() + rows_.width());
  rows_.encode(*trial.point, 0, std::span(trials_).last(rows_.width()));
}

void GpModel::imagine(std::span<const Observation> seen) {
  std::vector<double> pending;
  Seen running;
  for (const Observation& trial : seen) {
    if (trial.standing != Standing::kPending) continue;
    append_features(trial, pending);
    running.push_back(&trial);
  }
  if (pending.empty()) return;
  const std::size_t width = process_->width(), count = pending.size() / width;
  std::vector<double> mean(count);
  process_->predict_means(pending, mean);
  for (std::size_t i = 0; i < count; ++i) {
    process_->append(std::span(pending).subspan(i * width, width), kBelieved);
    learn_from(*running[i], mean[i]);
  }
  process_->set_targets(targets_);
}

void GpModel::ask(std::span<const double> rows) {
  asked_.clear();
  for (std::size_t i = 0; i < rows.size(); i += rows_.width()) {
    append_features(rows.subspan(i, rows_.width()), kOwnTrials, level_, asked_);
  }
}

void GpModel::improvement(std::span<const double> rows, std::span<double> worth) {
  ask(rows);
  mean_.resize(worth.size());
  variance_.resize(worth.size());
  process_->predict(asked_, mean_, variance_);
  for (std::size_t i = 0; i < worth.size(); ++i) {
    worth[i] = log_expected_improvement(incumbent_, mean_[i], std::sqrt(variance_[i])).value;
  }
}

std::vector<double> GpModel::at_own_rungs(std::span<const double> rows) const {
  std::vector<double> features;
  for (std::size_t i = 0; i < rows.size(); i += rows_.width()) {
    const auto row = rows.subspan(i, rows_.width());
    append_features(row, kOwnTrials, level_of(static_cast<int>(row.back()), kOwnTrials), features);
  }
  return features;
}

void GpModel::beliefs(std::span<const double> rows, std::span<double> mean, std::span<double> variance) {
  process_->predict(at_own_rungs(rows), mean, variance);
}

void GpModel::doubts(std::span<const double> rows, std::span<const double> others, std::span<double> covariance) {
  process_->covariance(at_own_rungs(rows), at_own_rungs(others), covariance);
}

double GpModel::improvement_of(std::span<const double> row, std::span<double> slope) {
  ask(row);
  const Prediction at = process_->predict_one(asked_, mean_slope_, variance_slope_);
  const double deviation = std::sqrt(at.variance);
  const LogImprovement found = log_expected_improvement(incumbent_, at.mean, deviation);
  for (std::size_t i = 0; i < slope.size(); ++i) {
    slope[i] = found.by_mean * mean_slope_[i] + found.by_deviation * variance_slope_[i] / (2 * deviation);
  }
  return found.value;
}

}  // namespace crescendo
