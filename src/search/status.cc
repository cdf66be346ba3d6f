#include "search/status.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/processes.h"
#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "search/ask.h"
#include "search/claiming.h"
#include "search/summary.h"
#include "study/names.h"
#include "study/rung_summary.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

constexpr double kSilence = 60;  // seconds; as long as a lease, which a process that works extends every ten

// An owner of a trial is its process with a worker behind it: "lab3:4711:88123#7.0".
std::string process_of(const std::string& owner) { return owner.substr(0, owner.find('#')); }

struct Processes {
  std::set<std::string> working;
  double seen = 0;  // the last sign of one of them
};

Processes working_processes(Store& store, const std::string& study, double now) {
  Processes found;
  for (const Session& session : store.sessions(study)) {
    if (now - session.seen > kSilence || process_state(session.owner) == ProcessState::kGone) continue;
    found.working.insert(session.owner);
    found.seen = std::max(found.seen, session.seen);
  }
  return found;
}

bool is_finished(const History& history) {
  const auto schedule = make_schedule(history.study());
  const auto sampler = make_sampler(history.study());
  return std::holds_alternative<Finish>(next_step(history, *schedule, *sampler));
}

Json running_json(const History& history, const RunningTrial& running) {
  const Study& study = history.study();
  const Trial& trial = history.trial(running.trial);
  return {{"trial", trial.number},
          {"fidelity",
           is_rung_open(trial) ? Json(nullptr) : fidelity_json(study.ladder[static_cast<std::size_t>(trial.rung)])},
          {"epochs", trial.curve.size()},
          {"seconds", running.seconds},
          {"last_loss", trial.curve.empty() ? Json(nullptr) : Json(turned(study, trial.curve.back()))}};
}

}  // namespace

std::string_view state_name(StudyState state) {
  switch (state) {
    case StudyState::kRunning:
      return "running";
    case StudyState::kStopped:
      return "stopped";
    case StudyState::kFinished:
      return "finished";
  }
  return "";
}

StudyStatus read_status(Store& store, const History& history, double now) {
  const Study& study = history.study();
  const Processes processes = working_processes(store, study.name, now);
  StudyStatus status;
  status.processes = static_cast<int>(processes.working.size());
  status.elapsed_seconds = history.elapsed_seconds();
  if (status.processes > 0) status.elapsed_seconds += std::max(0.0, now - processes.seen);
  for (int rung = 0; rung <= study.top(); ++rung) {
    if (history.running(rung) == 0) continue;
    for (const int number : history.at_rung(rung)) {
      const Trial& trial = history.trial(number);
      if (trial.state != TrialState::kRunning) continue;
      const std::string owner = store.owner(study.name, number);
      if (!was_asked(owner) && !processes.working.contains(process_of(owner))) {
        ++status.interrupted;
        continue;
      }
      status.running.push_back({number, std::max(0.0, status.elapsed_seconds - trial.elapsed_seconds)});
    }
  }
  std::sort(status.running.begin(), status.running.end(),
            [](const RunningTrial& a, const RunningTrial& b) { return a.trial < b.trial; });
  status.course = course(history);
  if (is_finished(history)) {
    status.state = StudyState::kFinished;
  } else if (status.processes > 0 || !status.running.empty()) {
    status.state = StudyState::kRunning;
  }
  return status;
}

Json status_json(Store& store, const History& history, const StudyStatus& status, const std::string& url) {
  const Study& study = history.study();
  const auto schedule = make_schedule(study);
  Json json = summary_json(store, history, url);
  json["state"] = state_name(status.state);
  json["processes"] = status.processes;
  json["seconds"] = status.elapsed_seconds;
  json["cpu_seconds"] = history.cpu_seconds();
  json["budget"] = to_json(study.budget);
  for (int rung = 0; rung <= study.top(); ++rung) {
    const auto planned = schedule->planned_trials(history, rung);
    Json& row = json["rungs"][static_cast<std::size_t>(rung)];
    row["planned"] = planned ? Json(*planned) : Json(nullptr);
    row["failed"] = rung_summary(history, rung).failed;
  }
  json["running"] = Json::array();
  for (const RunningTrial& running : status.running) json["running"].push_back(running_json(history, running));
  json["interrupted"] = status.interrupted;
  json["course"] = Json::array();
  for (const BestSoFar& best : status.course) {
    const double loss = turned(study, history.trial(best.trial).loss);
    json["course"].push_back({{"seconds", best.seconds}, {"trial", best.trial}, {"loss", loss}});
  }
  return json;
}

}  // namespace crescendo
