#include "search/lessons.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "crescendo/error.h"
#include "crescendo/store.h"
#include "search/summary.h"

namespace crescendo {
namespace {

History read_source(const std::string& source) {
  const std::size_t at = source.rfind('#');
  const std::string url = source.substr(0, at), name = at == std::string::npos ? "" : source.substr(at + 1);
  if (url.empty()) bad_input(fmt::format("'{}' names no study to learn from; say URL#STUDY", source));
  const auto store = open_existing_store(url);
  return read_history(*store, choose_study(*store, name));
}

// The value as this parameter has it, or why it cannot have it.
double told_value(const Parameter& p, const Value& value) {
  if (has_choices(p)) return internal(p, value);
  const auto* whole = std::get_if<std::int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  if (!whole && !real) return internal(p, value);  // says what is accepted
  double number = whole ? static_cast<double>(*whole) : *real;
  const double step = step_of(p);
  if (step > 0 && number >= p.low && number <= p.high) {
    number = std::min(p.high, p.low + std::round((number - p.low) / step) * step);
  }
  return internal(p, number);
}

/// Points of another space, told in this one.
class Translation {
 public:
  Translation(const Space& from, const Space& to) : from_(from), to_(to) {
    for (const Parameter& p : to.parameters()) counterparts_.push_back(from.find(p.name));
  }

  // Throws Error (bad input) with the reason if it cannot be told.
  Point operator()(const Point& other) const {
    Point point{std::vector<double>(to_.size(), kInactive)};
    for (std::size_t i = 0; i < to_.size(); ++i) {
      if (!to_.active(i, point.values)) continue;
      const auto counterpart = counterparts_[i];
      if (!counterpart) bad_input(fmt::format("it knows no parameter '{}'", to_[i].name));
      const double value = other.values[*counterpart];
      if (std::isnan(value)) bad_input(fmt::format("parameter '{}' was not active", to_[i].name));
      point.values[i] = told_value(to_[i], external(from_[*counterpart], value));
    }
    to_.check(point);  // which its constraints may forbid
    return point;
  }

 private:
  const Space &from_, &to_;
  std::vector<std::optional<std::size_t>> counterparts_;
};

// Of each point the execution at the highest rung that ended, the first of those; in the order of the points.
std::vector<int> most_telling(const History& history) {
  std::map<int, int> chosen;  // by the trial that the point was first executed in
  std::vector<int> origins;
  for (const Trial& trial : history.trials()) {
    origins.push_back(executes_again(trial) ? origins[static_cast<std::size_t>(*trial.parent)] : trial.number);
    // What its training began with was another point's, so its loss says little of its own.
    if (is_perturbed(history.trial(origins.back()))) continue;
    const bool cut_off = trial.state == TrialState::kFailed && trial.stopped_early;
    if (trial.state == TrialState::kRunning || !trial.point || cut_off) continue;
    const auto [known, is_new] = chosen.try_emplace(origins.back(), trial.number);
    if (!is_new && trial.rung > history.trial(known->second).rung) known->second = trial.number;
  }
  std::vector<int> trials;
  for (const auto& [origin, trial] : chosen) trials.push_back(trial);
  return trials;
}

Source add_lessons(const std::string& name, int number, const Space& space, std::vector<Lesson>& lessons) {
  const History history = read_source(name);
  const Translation translate(history.study().space, space);
  Source source{name, 0, 0, ""};
  for (const int telling : most_telling(history)) {
    const Trial& trial = history.trial(telling);
    const bool failed = trial.state == TrialState::kFailed;
    ++source.trials;
    try {
      lessons.push_back({number, history.study().top() - trial.rung, translate(*trial.point), failed,
                         failed ? 0 : trial.loss, failed ? 0 : trial.tie});
      ++source.told;
    } catch (const Error& error) {
      if (source.first.empty()) source.first = fmt::format("trial {}: {}", trial.number, error.what());
    }
  }
  if (source.told == 0) {
    bad_input(fmt::format("nothing can be learnt from {}: {}", name,
                          source.trials == 0 ? "none of its trials has ended"
                                             : "none of its points lies in this space (" + source.first + ")"));
  }
  return source;
}

}  // namespace

std::vector<Source> read_lessons(Study& study) {
  auto lessons = std::make_shared<std::vector<Lesson>>();
  std::vector<Source> sources;
  for (const std::string& name : study.learn_from) {
    sources.push_back(add_lessons(name, static_cast<int>(sources.size()), study.space, *lessons));
  }
  study.lessons = lessons->empty() ? nullptr : std::move(lessons);
  return sources;
}

}  // namespace crescendo
