#include "report/trial_columns_json.h"

#include "space/parse.h"
#include "study/names.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

Json or_null(const std::optional<int>& number) { return number ? Json(*number) : Json(nullptr); }

template <class Field>
Json column(const History& history, const Field& field) {
  Json values = Json::array();
  for (const Trial& trial : history.trials()) values.push_back(field(trial));
  return values;
}

Json value_json(const Parameter& parameter, std::size_t place, const Trial& trial) {
  return trial.point ? to_json(external(parameter, trial.point->values[place])) : Json(nullptr);
}

Json curve_json(const Study& study, const Trial& trial) {
  Json curve = Json::array();
  for (const double loss : trial.curve) curve.push_back(turned(study, loss));
  return curve;
}

}  // namespace

Json trial_columns_json(const History& history, const std::set<int>& with_curves) {
  const Study& study = history.study();
  Json json;
  json["rung"] = column(history, [](const Trial& trial) { return trial.rung; });
  json["parent"] = column(history, [](const Trial& trial) { return or_null(trial.parent); });
  json["box"] = column(history, [](const Trial& trial) { return or_null(trial.box); });
  json["state"] = column(history, [&](const Trial& trial) { return state_name(study, trial); });
  json["loss"] = column(history, [&](const Trial& trial) {
    return trial.state == TrialState::kFinished ? Json(turned(study, trial.loss)) : Json(nullptr);
  });
  json["seconds"] = column(history, [](const Trial& trial) { return trial.seconds; });
  json["cpu_seconds"] = column(history, [](const Trial& trial) { return trial.cpu_seconds; });
  json["begun"] = column(history, [](const Trial& trial) { return trial.elapsed_seconds; });
  json["point"] = Json::object();
  for (std::size_t i = 0; i < study.space.size(); ++i) {
    const Parameter& parameter = study.space[i];
    json["point"][parameter.name] =
        column(history, [&](const Trial& trial) { return value_json(parameter, i, trial); });
  }
  json["tag"] = json["reason"] = json["curve"] = Json::object();
  for (const Trial& trial : history.trials()) {
    const std::string number = std::to_string(trial.number);
    if (!(trial.tag == Tag{})) json["tag"][number] = to_json(trial.tag);
    if (!trial.reason.empty()) json["reason"][number] = trial.reason;
    if (with_curves.contains(trial.number)) json["curve"][number] = curve_json(study, trial);
  }
  return json;
}

}  // namespace crescendo
