#include "search/summary.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/shown_url.h"
#include "base/toml.h"
#include "objective/cnn.h"
#include "search/lineage.h"
#include "space/parse.h"
#include "study/names.h"
#include "study/rung_summary.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

const Rung& rung_of(const History& history, int rung) { return history.study().ladder[static_cast<std::size_t>(rung)]; }

Json rung_json(const History& history, int rung) {
  Json json = fidelity_json(rung_of(history, rung));
  const RungSummary summary = rung_summary(history, rung);
  json["trials"] = summary.trials;
  json["seconds"] = summary.seconds;
  json["best_loss"] = summary.best_loss ? Json(turned(history.study(), *summary.best_loss)) : Json(nullptr);
  return json;
}

}  // namespace

Continued continued_trials(Store& store, const History& history) {
  Continued continued;
  for (const Trial& trial : history.trials()) {
    const bool goes_on = trial.parent && history.study().goes_on(history.trial(*trial.parent).rung, trial.rung);
    if (!goes_on) continue;
    const auto metrics = store.metrics(history.study().name, trial.number);
    const auto from = metrics.find("from_epoch");
    if (from == metrics.end()) continue;
    ++continued.trials;
    continued.begun_anew += from->second == 0;
  }
  return continued;
}

History read_history(Store& store, std::string_view study) {
  History history(std::make_shared<const Study>(store.study(study)));
  store.refresh(history);
  return history;
}

std::string choose_study(Store& store, const std::string& wanted) {
  const auto names = store.studies();
  if (!wanted.empty()) return store.study(wanted).name;
  if (names.empty()) not_found("the storage holds no study; make one with 'crescendo tune'");
  if (names.size() > 1) {
    bad_input(fmt::format("the storage holds several studies; choose one with --study: {}", fmt::join(names, ", ")));
  }
  return names.front();
}

std::optional<double> recorded_test_error(Store& store, const std::string& study, const Finalist& finalist) {
  double sum = 0;
  int count = 0;
  for (const int trial : finalist.trials) {
    const auto metrics = store.metrics(study, trial);
    const auto found = metrics.find("test_error");
    if (found == metrics.end()) continue;
    sum += found->second;
    ++count;
  }
  return count > 0 ? std::optional(sum / count) : std::nullopt;
}

Json summary_json(Store& store, const History& history, const std::string& url) {
  const Study& study = history.study();
  Json json;
  json["study"] = study.name;
  json["storage"] = shown_url(url);
  json["trials"] = history.trials().size();
  json["seconds"] = history.elapsed_seconds();
  json["rungs"] = Json::array();
  for (int rung = 0; rung <= study.top(); ++rung) json["rungs"].push_back(rung_json(history, rung));
  json["best"] = nullptr;
  if (const auto winner = best(history)) {
    const Trial& trial = history.trial(winner->trial);
    const auto test_error = recorded_test_error(store, study.name, *winner);
    json["best"] = {{"trial", trial.number},
                    {"loss", turned(study, winner->loss)},
                    {"test_error", test_error ? Json(*test_error) : Json(nullptr)},
                    {"fidelity", fidelity_json(rung_of(history, trial.rung))},
                    {"point", point_to_json(study.space, *trial.point)}};
  }
  return json;
}

Json trials_json(const History& history) {
  const Study& study = history.study();
  Json list = Json::array();
  for (const Trial& trial : history.trials()) {
    const bool finished = trial.state == TrialState::kFinished;
    Json json;
    json["trial"] = trial.number;
    json["parent"] = trial.parent ? Json(*trial.parent) : Json(nullptr);
    json["state"] = state_name(study, trial);
    json["loss"] = finished ? Json(turned(study, trial.loss)) : Json(nullptr);
    json["fidelity"] = is_rung_open(trial) ? Json(nullptr) : fidelity_json(rung_of(history, trial.rung));
    json["seconds"] = trial.seconds;
    json["point"] = trial.point ? point_to_json(study.space, *trial.point) : Json(nullptr);
    json["curve"] = Json::array();
    for (const double loss : trial.curve) json["curve"].push_back(turned(study, loss));
    if (is_perturbed(trial)) json["perturbed"] = true;
    if (!trial.reason.empty()) json["reason"] = trial.reason;
    list.push_back(std::move(json));
  }
  return list;
}

std::string point_toml(const History& history, int number) {
  const Study& study = history.study();
  if (number < 0 || number >= static_cast<int>(history.trials().size())) {
    not_found(fmt::format("study '{}' has no trial {}; its trials are 0 to {}", study.name, number,
                          static_cast<int>(history.trials().size()) - 1));
  }
  const Trial& trial = history.trial(number);
  if (!trial.point) not_found(fmt::format("trial {} has no point yet", number));
  const Json point = point_to_json(study.space, *trial.point);
  Json json;
  json["fidelity"] = fidelity_json(rung_of(history, trial.rung));
  if (study.objective.name == "cnn") {
    json["training"] = training_table(read_cnn_options(study.objective.options), point);
  }
  json["point"] = point;
  std::string text = fmt::format("# Trial {} of study '{}'", number, study.name);
  if (trial.state == TrialState::kFinished) text += fmt::format(", loss {:.4f}", turned(study, trial.loss));
  if (const auto start = started_from(history, trial)) {
    text +=
        fmt::format("\n# Its training started from the weights of trial {}; 'train' starts from drawn ones.", *start);
  }
  const auto earlier = earlier_points(history, trial);
  for (const Trial& before : earlier) {
    text += fmt::format("\n# Until {} its training had: {} (trial {}).", rung_name(study, before.rung),
                        difference_text(study.space, *before.point, *trial.point), before.number);
  }
  if (!earlier.empty()) text += "\n# Below are the values that it ended with.";
  return text + "\n\n" + to_toml(json);
}

std::string best_toml(const History& history) {
  const auto winner = best(history);
  if (!winner) not_found(fmt::format("study '{}' has no finished trial yet", history.study().name));
  return point_toml(history, winner->trial);
}

}  // namespace crescendo
