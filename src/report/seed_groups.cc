#include "report/seed_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/json.h"
#include "crescendo/error.h"
#include "study/course.h"
#include "study/names.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

Json option_json(const Named& named, const std::string& name) {
  const auto found = named.options.find(name);
  if (found == named.options.end()) return nullptr;
  return std::visit([](const auto& value) { return Json(value); }, found->second);
}

// As in "cifar10 at 32 px": the end of the pictures' folder or of the program's command.
std::string subject_name(const Study& study) {
  std::string of = study.objective.name;
  for (const char* option : {"run", "data"}) {
    const Json value = option_json(study.objective, option);
    if (value.is_string()) of = value.get<std::string>();
  }
  while (of.size() > 1 && of.ends_with('/')) of.pop_back();
  const std::string top = rung_name(study, study.top());
  return of.substr(of.rfind('/') + 1) + (top.empty() ? "" : " at " + top);
}

std::string method_name(const Study& study) {
  const std::string lowest = rung_name(study, 0), top = rung_name(study, study.top());
  const std::string ladder = study.top() == 0 ? top : fmt::format("{} to {}", lowest, top);
  return fmt::format("{} + {}{}", study.schedule.name, study.sampler.name, ladder.empty() ? "" : ", " + ladder);
}

double loss_at(const LossCurve& curve, double seconds) {
  double loss = std::nan("");
  for (const LossAt& step : curve) {
    if (step.seconds > seconds) break;
    loss = step.loss;
  }
  return loss;
}

}  // namespace

std::string subject_key(const Study& study) {
  Json key = {study.objective.name, loss_name(study), trains_pictures(study), study.maximize,
              fidelity_json(study.ladder.back())};
  for (const char* option : {"data", "fingerprint", "run"}) key.push_back(option_json(study.objective, option));
  return to_line(key);
}

std::string group_key(const Study& study) {
  Json json = to_json(study);
  for (const char* field : {"name", "seed"}) json.erase(field);
  return to_line(json);
}

void check_one_subject(std::span<const ShownStudy> studies) {
  std::set<std::string> subjects;
  std::string names;
  for (const ShownStudy& shown : studies) {
    const Study& study = shown.history.study();
    if (!subjects.insert(subject_key(study)).second) continue;
    names +=
        fmt::format("{}{} of {} ('{}')", names.empty() ? "" : ", ", loss_name(study), subject_name(study), study.name);
  }
  if (subjects.size() < 2) return;
  bad_input(fmt::format("losses of several subjects do not compare: {}; choose studies of one with --study", names));
}

std::vector<SeedGroup> seed_groups(std::span<const ShownStudy> studies) {
  std::vector<SeedGroup> groups;
  std::map<std::string, std::size_t> places;  // by key
  for (const ShownStudy& shown : studies) {
    const auto [found, is_new] = places.try_emplace(group_key(shown.history.study()), groups.size());
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

LossCurve top_curve(const History& history) {
  const Study& study = history.study();
  LossCurve curve;
  for (const BestSoFar& best : course_at(history, study.top())) {
    curve.push_back({best.seconds, turned(study, history.trial(best.trial).loss)});
  }
  return curve;
}

std::vector<BandAt> band(std::span<const LossCurve> curves, double end) {
  std::vector<double> times = {end};
  double first = 0;
  for (const LossCurve& curve : curves) {
    if (curve.empty()) return {};
    first = std::max(first, curve.front().seconds);
    for (const LossAt& step : curve) times.push_back(step.seconds);
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  std::vector<BandAt> found;
  for (const double time : times) {
    if (time < first || time > end) continue;
    std::vector<double> losses;
    for (const LossCurve& curve : curves) losses.push_back(loss_at(curve, time));
    std::sort(losses.begin(), losses.end());
    const double middle = (losses[(losses.size() - 1) / 2] + losses[losses.size() / 2]) / 2;
    found.push_back({time, losses.front(), middle, losses.back()});
  }
  return found;
}

}  // namespace crescendo
