#include "report/snapshot.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/shown_url.h"
#include "crescendo/error.h"
#include "report/best_first.h"
#include "report/details.h"
#include "report/saved.h"
#include "report/seed_groups.h"
#include "report/shown_importance.h"
#include "report/space_json.h"
#include "report/trial_columns_json.h"
#include "study/names.h"
#include "study/rung_summary.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kOtherCurves = 500;  // of trials that are not among the details
constexpr std::size_t kSurfaces = 6;       // of each rung
constexpr std::uintmax_t kPictureBytes = 1'000'000;
// Of up to 128: those would be 14 kB a curve and 650 kB a surface.
constexpr std::size_t kPlacesOnCurve = 48, kPlacesOnSurface = 24;

Json named_json(const Named& named) {
  Json options = Json::object();
  for (const auto& [name, value] : named.options) {
    std::visit([&, &key = name](const auto& plain) { options[key] = plain; }, value);
  }
  return {{"name", named.name}, {"options", options}};
}

// Those that new points of a rung share: a perturbed trial's is its own.
Json boxes_json(const History& history, int rung) {
  std::set<int> own;
  for (const int number : history.at_rung(rung)) {
    if (is_perturbed(history.trial(number))) own.insert(*history.trial(number).box);
  }
  Json list = Json::array();
  for (int number = 0; number < history.boxes(); ++number) {
    if (history.rung_of_box(number) != rung || own.contains(number)) continue;
    const Box& box = history.box(number);
    list.push_back({{"number", number}, {"reason", box.reason}, {"sides", sides_json(history.study().space, box)}});
  }
  return list;
}

Json rung_json(const History& history, int rung) {
  const Study& study = history.study();
  const RungSummary summary = rung_summary(history, rung);
  Json json;
  json["label"] = rung_name(study, rung);
  json["fidelity"] = fidelity_json(study.ladder[static_cast<std::size_t>(rung)]);
  json["trials"] = summary.trials;
  json["seconds"] = summary.seconds;
  json["cpu_seconds"] = summary.cpu_seconds;
  json["best_loss"] = summary.best_loss ? Json(turned(study, *summary.best_loss)) : Json(nullptr);
  json["boxes"] = boxes_json(history, rung);
  return json;
}

Json best_json(const ShownStudy& shown) {
  const auto winner = best(shown.history);
  if (!winner) return nullptr;
  return {{"trial", winner->trial},
          {"trials", winner->trials},
          {"loss", turned(shown.history.study(), winner->loss)},
          {"test_error", shown.test_error ? Json(*shown.test_error) : Json(nullptr)},
          {"rung", shown.history.trial(winner->trial).rung}};
}

Json saved_json(const History& history) {
  const auto found = saved(history);
  if (!found) return nullptr;
  return {{"seconds", found->seconds}, {"top_seconds", found->top_seconds}, {"measured", found->measured}};
}

// Neighbouring values, begin to end, of which the middle one is shown.
struct Block {
  std::size_t begin, middle, end;
};

std::vector<Block> blocks(std::size_t size, std::size_t most) {
  const std::size_t count = std::min(size, most);
  std::vector<Block> found;
  for (std::size_t i = 0; i < count; ++i) {
    found.push_back({i * size / count, (2 * i + 1) * size / (2 * count), (i + 1) * size / count});
  }
  return found;
}

// Each value that is left has the weight of those that it stands for.
Json coarse_curve(const Json& curve) {
  Json coarse = Json::array();
  for (const Block& block : blocks(curve.size(), kPlacesOnCurve)) {
    double weight = 0;
    for (std::size_t i = block.begin; i < block.end; ++i) weight += curve[i]["weight"].get<double>();
    coarse.push_back(curve[block.middle]);
    coarse.back()["weight"] = weight;
  }
  return coarse;
}

Json coarse_list(const Json& list) {
  Json coarse = Json::array();
  for (const Block& block : blocks(list.size(), kPlacesOnSurface)) coarse.push_back(list[block.middle]);
  return coarse;
}

void make_coarse(Json& surface) {
  for (const char* values : {"values_a", "values_b"}) surface[values] = coarse_list(surface[values]);
  for (const char* table : {"loss", "std"}) {
    surface[table] = coarse_list(surface[table]);
    for (Json& row : surface[table]) row = coarse_list(row);
  }
}

Json importance_of(const History& history, int rung) {
  const Study& study = history.study();
  const RungImportance found = shown_importance(history, rung, kSurfaces);
  if (!found.found) return nullptr;
  Json json = rung_importance_json(study.space, study.maximize, true, found);
  for (Json& curve : json["curves"]) curve = coarse_curve(curve);
  if (json.contains("surfaces")) {
    for (Json& surface : json["surfaces"]) make_coarse(surface);
  }
  return json;
}

// The trials whose curves are shown: the best ones, then those that did not finish.
std::set<int> with_curves(const History& history, const std::vector<int>& order, std::size_t details) {
  std::vector<int> all = order;
  for (const Trial& trial : history.trials()) {
    if (trial.state != TrialState::kFinished) all.push_back(trial.number);
  }
  std::set<int> chosen;
  for (const int number : all) {
    if (chosen.size() == details + kOtherCurves) break;
    if (!history.trial(number).curve.empty()) chosen.insert(number);
  }
  return chosen;
}

Json study_json(const ShownStudy& shown, const SnapshotOptions& options, std::uintmax_t picture_bytes,
                std::vector<std::string>& notes) {
  const History& history = shown.history;
  const Study& study = history.study();
  const std::vector<int> order = best_first(history);
  const std::size_t details = std::min(order.size(), static_cast<std::size_t>(options.details));
  Json json;
  json["name"] = study.name;
  json["storage"] = shown_url(shown.storage);
  json["objective"] = named_json(study.objective);
  json["sampler"] = named_json(study.sampler);
  json["schedule"] = named_json(study.schedule);
  json["seed"] = study.seed;
  json["budget"] = to_json(study.budget);
  json["continues"] = study.continues;
  json["loss"] = {{"name", loss_name(study)}, {"share", trains_pictures(study)}, {"maximize", study.maximize}};
  json["elapsed_seconds"] = history.elapsed_seconds();
  json["cpu_seconds"] = history.cpu_seconds();
  json["parameters"] = parameters_json(study.space);
  json["rungs"] = json["importance"] = Json::array();
  for (int rung = 0; rung <= study.top(); ++rung) json["rungs"].push_back(rung_json(history, rung));
  json["trials"] = trial_columns_json(history, with_curves(history, order, details));
  json["best"] = best_json(shown);
  json["saved"] = saved_json(history);
  for (int rung = 0; rung <= study.top(); ++rung) {
    json["importance"].push_back(options.importance ? importance_of(history, rung) : Json(nullptr));
  }
  json["details"] = details_json(shown.folder, std::span(order).first(details), picture_bytes, notes);
  return json;
}

}  // namespace

Json snapshot_json(std::span<const ShownStudy> studies, const SnapshotOptions& options,
                   std::vector<std::string>& notes) {
  if (options.details < 0) bad_input(fmt::format("details must be 0 or more, not {}", options.details));
  Json json = {{"format", "crescendo snapshot"},
               {"version", kVersion},
               {"written", options.written},
               {"program", options.program},
               {"studies", Json::array()}};
  std::map<std::string, std::size_t> subjects, groups;
  for (const ShownStudy& shown : studies) {
    Json study = study_json(shown, options, kPictureBytes / studies.size(), notes);
    study["subject"] = subjects.try_emplace(subject_key(shown.history.study()), subjects.size()).first->second;
    study["group"] = groups.try_emplace(group_key(shown.history.study()), groups.size()).first->second;
    json["studies"].push_back(std::move(study));
  }
  return json;
}

Snapshot snapshot(std::span<const ShownStudy> studies, const SnapshotOptions& options) {
  Snapshot result;
  result.json = to_line(snapshot_json(studies, options, result.notes));
  return result;
}

}  // namespace crescendo
