#include "report/seed_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/json.h"
#include "study/names.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

// All that a study is, but for its name and its seed.
std::string kind_of(const Study& study) {
  Json json = to_json(study);
  for (const char* field : {"name", "seed"}) json.erase(field);
  return to_line(json);
}

std::string method_name(const Study& study) {
  const std::string lowest = rung_name(study, 0), top = rung_name(study, study.top());
  const std::string ladder = study.top() == 0 ? top : fmt::format("{} to {}", lowest, top);
  return fmt::format("{} + {}{}", study.schedule.name, study.sampler.name, ladder.empty() ? "" : ", " + ladder);
}

double loss_at(const BestSoFar& curve, double seconds) {
  double loss = std::nan("");
  for (const auto& [at, better] : curve) {
    if (at > seconds) break;
    loss = better;
  }
  return loss;
}

}  // namespace

BestSoFar best_so_far(const History& history) {
  std::vector<const Trial*> ended;
  for (const int number : history.at_rung(history.study().top())) {
    if (history.trial(number).state == TrialState::kFinished) ended.push_back(&history.trial(number));
  }
  const auto end = [](const Trial* trial) { return trial->elapsed_seconds + trial->seconds; };
  std::stable_sort(ended.begin(), ended.end(), [&](const Trial* a, const Trial* b) { return end(a) < end(b); });
  BestSoFar found;
  const Trial* best = nullptr;
  for (const Trial* trial : ended) {
    if (best && !(trial->loss < best->loss)) continue;
    best = trial;
    found.emplace_back(end(trial), turned(history.study(), trial->loss));
  }
  return found;
}

std::vector<SeedGroup> seed_groups(std::span<const ShownStudy> studies) {
  std::vector<SeedGroup> groups;
  std::map<std::string, std::size_t> places;  // by kind
  for (const ShownStudy& shown : studies) {
    const auto [found, is_new] = places.try_emplace(kind_of(shown.history.study()), groups.size());
    if (is_new) groups.push_back({method_name(shown.history.study()), {}});
    groups[found->second].studies.push_back(&shown);
  }
  std::map<std::string, int> uses;
  for (const SeedGroup& group : groups) ++uses[group.name];
  for (SeedGroup& group : groups) {
    if (uses[group.name] > 1) group.name += fmt::format(" ({})", group.studies.front()->history.study().name);
  }
  return groups;
}

std::vector<MeanAt> mean_curve(std::span<const BestSoFar> curves, double end) {
  std::vector<double> times = {end};
  double first = 0;
  for (const BestSoFar& curve : curves) {
    if (curve.empty()) return {};
    first = std::max(first, curve.front().first);
    for (const auto& [at, loss] : curve) times.push_back(at);
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  std::vector<MeanAt> means;
  for (const double time : times) {
    if (time < first || time > end) continue;
    double sum = 0, squares = 0;
    const auto count = static_cast<double>(curves.size());
    for (const BestSoFar& curve : curves) sum += loss_at(curve, time);
    for (const BestSoFar& curve : curves) squares += std::pow(loss_at(curve, time) - sum / count, 2);
    means.push_back({time, sum / count, count > 1 ? std::sqrt(squares / (count - 1)) : 0});
  }
  return means;
}

}  // namespace crescendo
