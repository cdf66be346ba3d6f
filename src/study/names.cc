#include "study/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "crescendo/error.h"

namespace crescendo {

std::string rung_name(const Study& study, int rung) {
  const auto& fidelity = study.ladder[static_cast<std::size_t>(rung)].fidelity;
  std::string name;
  if (const auto side = fidelity.find("image_side"); side != fidelity.end()) {
    name = fmt::format("{} px", side->second);
    const auto has_side = [&](const Rung& other) {
      const auto found = other.fidelity.find("image_side");
      return found != other.fidelity.end() && found->second == side->second;
    };
    if (std::count_if(study.ladder.begin(), study.ladder.end(), has_side) == 1) return name;
  }
  for (const auto& [key, value] : fidelity) {
    if (key != "image_side") name += fmt::format("{}{} {}", name.empty() ? "" : ", ", key, value);
  }
  return name;
}

std::string rung_name(const Study& study, const Trial& trial) {
  return is_rung_open(trial) ? "open" : rung_name(study, trial.rung);
}

std::string rung_heading(const Study& study) {
  const auto& fidelity = study.ladder.front().fidelity;
  return fidelity.contains("image_side") ? "size" : fidelity.empty() ? "" : "rung";
}

Json fidelity_json(const Rung& rung) {
  Json json = Json::object();
  const auto add = [&](const std::string& name, double value) {
    const bool whole = std::floor(value) == value && std::abs(value) < 1e15;
    json[name] = whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
  };
  for (const char* first : {"image_side", "epochs"}) {
    if (rung.fidelity.contains(first)) add(first, rung.fidelity.at(first));
  }
  for (const auto& [name, value] : rung.fidelity) add(name, value);
  return json;
}

std::string_view state_name(const Study& study, const Trial& trial) {
  switch (trial.state) {
    case TrialState::kRunning:
      return "running";
    case TrialState::kFailed:
      return "failed";
    case TrialState::kFinished:
      return trial.rung == study.top() ? "complete" : "pruned";
  }
  return "";
}

// The objective's name and option are known here, below the objectives: reports and stores show losses without them.
bool trains_pictures(const Study& study) { return study.objective.name == "cnn"; }

std::string loss_name(const Study& study) {
  if (trains_pictures(study)) return "error";
  const auto named = study.objective.options.find("loss");
  if (named == study.objective.options.end()) return "loss";
  const std::string* const name = std::get_if<std::string>(&named->second);
  if (!name) bad_input(fmt::format("study '{}': the objective's option loss must be the name of a field", study.name));
  return *name;
}

}  // namespace crescendo
