#include "study/study_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/toml.h"
#include "space/parse.h"

namespace crescendo {
namespace {

Json number_json(double value) {
  // Whole numbers are written as such: image_side = 32, not 32.0.
  return std::floor(value) == value && std::abs(value) < 1e15 ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

// A budget can be spent on this ladder.
void check_budget(const Study& study) {
  for (const auto& [name, total] : study.budget.fidelity) {
    for (std::size_t i = 0; i < study.ladder.size(); ++i) {
      const auto found = study.ladder[i].fidelity.find(name);
      if (found != study.ladder[i].fidelity.end() && found->second > 0) continue;
      bad_input(fmt::format("budget: fidelity counts {}, of which rung {} has no number above 0", name, i + 1));
    }
    const double most = study.ladder.back().fidelity.at(name);
    if (total < most) {
      bad_input(fmt::format("budget: {} = {} is less than one trial at the top rung uses; give at least {}", name,
                            total, most));
    }
  }
  if (study.lag > 0 && (study.budget.seconds || study.budget.cpu_seconds)) {
    bad_input(
        "the study: with a lag the budget cannot be time, which differs from run to run; give trials or a fidelity");
  }
}

Json to_json(const Rung& rung) {
  Json json = Json::object();
  for (const auto& [key, value] : rung.fidelity) json[key] = number_json(value);
  json["share"] = number_json(rung.share);
  for (const auto& [name, limits] : rung.limits) {
    json["limits"][name] = {number_json(limits.first), number_json(limits.second)};
  }
  return json;
}

Rung parse_rung(const Json& json, std::size_t position, const Space& space) {
  const std::string what = fmt::format("rung {}", position + 1);
  FieldReader in(json, what);
  Rung rung;
  if (in.read("share", rung.share) && !(rung.share > 0)) in.wrong_type("share", "a number above 0");
  if (const Json* limits = in.take("limits")) {
    if (!limits->is_object()) in.wrong_type("limits", "a table such as { conv_layers = [1, 4] }");
    for (const auto& [name, range] : limits->items()) {
      const auto i = space.find(name);
      if (!i || !space[*i].choices.empty())
        bad_input(fmt::format("{}: limits name '{}', which is no float or int of the space", what, name));
      if (!range.is_array() || range.size() != 2 || !range[0].is_number() || !range[1].is_number()) {
        bad_input(fmt::format("{}: limits of {} must be [low, high]", what, name));
      }
      const std::pair given(internal(space[*i], to_value(range[0], name)),
                            internal(space[*i], to_value(range[1], name)));
      if (given.first > given.second) bad_input(fmt::format("{}: limits of {}: low is above high", what, name));
      rung.limits[name] = given;
    }
  }
  for (const auto& [key, value] : json.items()) {
    if (key == "share" || key == "limits") continue;
    double number = 0;
    in.read(key, number);
    rung.fidelity[key] = number;
  }
  return rung;
}

std::vector<std::string> parse_sources(const Json& list) {
  std::vector<std::string> sources;
  for (const Json& source : list.is_array() ? list : Json::array({Json()})) {
    if (!source.is_string()) bad_input("the study: learn_from must be a list of texts such as \"URL#STUDY\"");
    sources.push_back(source.get<std::string>());
  }
  return sources;
}

}  // namespace

Json to_json(const Named& named) {
  Json json{{"name", named.name}};
  for (const auto& [key, value] : named.options) {
    json[key] = std::visit(
        [](const auto& v) -> Json {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, double>) {
            return number_json(v);
          } else {
            return v;
          }
        },
        value);
  }
  return json;
}

Json to_json(const Budget& budget) {
  Json json = Json::object();
  if (budget.trials) json["trials"] = *budget.trials;
  if (budget.seconds) json["seconds"] = number_json(*budget.seconds);
  if (budget.cpu_seconds) json["cpu_seconds"] = number_json(*budget.cpu_seconds);
  if (budget.target) json["target"] = number_json(*budget.target);
  if (budget.patience) json["patience"] = *budget.patience;
  for (const auto& [name, total] : budget.fidelity) json["fidelity"][name] = number_json(total);
  return json;
}

Named parse_named(const Json& json, const std::string& what, const std::string& usual) {
  Named named{usual};
  if (json.is_string() && !json.get<std::string>().empty()) return {json.get<std::string>(), {}};
  if (!json.is_object()) bad_input(fmt::format("{} must be a name, or a table with a name and options", what));
  for (const auto& [key, value] : json.items()) {
    if (key == "name" && value.is_string()) {
      named.name = value.get<std::string>();
    } else if (value.is_boolean()) {
      named.options[key] = value.get<bool>();
    } else if (value.is_number()) {
      named.options[key] = value.get<double>();
    } else if (value.is_string()) {
      named.options[key] = value.get<std::string>();
    } else {
      bad_input(fmt::format("{}: {} must be a number, a text, true or false", what, key));
    }
  }
  if (named.name.empty()) bad_input(fmt::format("{}: name is missing", what));
  return named;
}

Budget parse_budget(const Json& json, const std::string& what) {
  FieldReader in(json, what);
  Budget budget;
  const auto read_count = [&](const char* name, std::optional<int>& target) {
    int count = 0;
    if (in.read(name, count) && count < 1) in.wrong_type(name, "a whole number from 1");
    if (count > 0) target = count;
  };
  const auto read_amount = [&](FieldReader& from, const std::string& name, std::optional<double>& target) {
    double amount = 0;
    if (from.read(name, amount) && !(amount > 0)) from.wrong_type(name, "a number above 0");
    if (amount > 0) target = amount;
  };
  read_count("trials", budget.trials);
  read_amount(in, "seconds", budget.seconds);
  read_amount(in, "cpu_seconds", budget.cpu_seconds);
  double target = 0;
  if (in.read("target", target)) {
    if (!std::isfinite(target)) in.wrong_type("target", "a finite number");
    budget.target = target;
  }
  read_count("patience", budget.patience);
  if (const Json* totals = in.take("fidelity")) {
    if (!totals->is_object()) in.wrong_type("fidelity", "a table such as { epoch = 2600 }");
    FieldReader of_fidelity(*totals, what + ": fidelity");
    for (const auto& [name, ignored] : totals->items()) {
      std::optional<double> total;
      read_amount(of_fidelity, name, total);
      budget.fidelity[name] = *total;
    }
  }
  in.finish();
  if (budget == Budget{}) bad_input(what + ": give trials, seconds, cpu_seconds, fidelity, target or patience");
  return budget;
}

Json to_json(const Study& study) {
  Json json;
  json["name"] = study.name;
  json["seed"] = study.seed;
  if (study.maximize) json["maximize"] = true;
  if (study.continues) json["continues"] = true;
  if (study.lag > 0) json["lag"] = study.lag;
  if (!study.space.constraints().empty()) json["constraints"] = constraints_to_json(study.space);
  if (!study.learn_from.empty()) json["learn_from"] = study.learn_from;
  json["objective"] = to_json(study.objective);
  json["sampler"] = to_json(study.sampler);
  json["schedule"] = to_json(study.schedule);
  json["budget"] = to_json(study.budget);
  json["rung"] = Json::array();
  for (const Rung& rung : study.ladder) json["rung"].push_back(to_json(rung));
  json["parameter"] = to_json(study.space);
  return json;
}

Study parse_study(const Json& json) {
  FieldReader in(json, "the study");
  Study study;
  in.read("name", study.name);
  if (study.name.empty() || study.name.size() > 512) bad_input("the study: name must have 1 to 512 bytes");
  in.read("seed", study.seed);
  if (study.seed > INT64_MAX) bad_input("the study: seed must be below 2^63");  // TOML has no larger numbers
  in.read("maximize", study.maximize);
  in.read("continues", study.continues);
  if (in.read("lag", study.lag) && study.lag < 1) in.wrong_type("lag", "a whole number from 1");
  if (const Json* sources = in.take("learn_from")) study.learn_from = parse_sources(*sources);
  study.objective = parse_named(in.require("objective"), "objective");
  study.sampler = parse_named(in.require("sampler"), "sampler");
  study.schedule = parse_named(in.require("schedule"), "schedule");
  study.budget = parse_budget(in.require("budget"));
  const Json* constraints = in.take("constraints");
  study.space = parse_space(in.require("parameter"), constraints ? *constraints : Json::array());
  const Json& rungs = in.require("rung");
  if (!rungs.is_array() || rungs.empty() || rungs.size() > 32)
    bad_input("the study: 1 to 32 [[rung]] tables are wanted");
  for (const Json& rung : rungs) study.ladder.push_back(parse_rung(rung, study.ladder.size(), study.space));
  in.finish();
  check_budget(study);
  return study;
}

Json lessons_to_json(const std::vector<Lesson>& lessons, const Space& space) {
  Json list = Json::array();
  for (const Lesson& lesson : lessons) {
    Json json{{"source", lesson.source}, {"rungs_below", lesson.rungs_below}};
    json["point"] = point_to_json(space, lesson.point);
    if (!lesson.failed) {
      json["loss"] = lesson.loss;
      json["tie"] = lesson.tie;
    }
    list.push_back(std::move(json));
  }
  return list;
}

std::shared_ptr<const std::vector<Lesson>> parse_lessons(const Json& list, const Space& space) {
  if (!list.is_array()) bad_input("the study: lessons must be a list");
  auto lessons = std::make_shared<std::vector<Lesson>>();
  for (const Json& json : list) {
    FieldReader in(json, "a lesson");
    Lesson lesson;
    in.read("source", lesson.source);
    in.read("rungs_below", lesson.rungs_below);
    lesson.point = parse_point(space, in.require("point"));
    lesson.failed = !in.read("loss", lesson.loss);
    in.read("tie", lesson.tie);
    in.finish();
    lessons->push_back(std::move(lesson));
  }
  return lessons;
}

Study parse_study_file(std::string_view toml, std::string_view what) { return parse_study(parse_toml(toml, what)); }

std::string to_study_file(const Study& study) { return to_toml(to_json(study)); }

Json to_json(const Tag& tag) {
  Json json = Json::object();
  if (tag.generation >= 0) json["generation"] = tag.generation;
  if (tag.bracket >= 0) json["bracket"] = tag.bracket;
  if (tag.slot >= 0) json["slot"] = tag.slot;
  if (tag.alone >= 0) json["alone"] = tag.alone;
  if (tag.fill >= 0) json["fill"] = tag.fill;
  if (tag.probe >= 0) json["probe"] = tag.probe;
  if (tag.design >= 0) json["design"] = tag.design;
  if (tag.repeat >= 0) json["repeat"] = tag.repeat;
  if (tag.warm >= 0) json["warm"] = tag.warm;
  if (tag.open >= 0) json["open"] = tag.open;
  if (tag.settle >= 0) json["settle"] = tag.settle;
  return json;
}

Tag parse_tag(const Json& json) {
  FieldReader in(json, "a tag");
  Tag tag;
  in.read("generation", tag.generation);
  in.read("bracket", tag.bracket);
  in.read("slot", tag.slot);
  in.read("alone", tag.alone);
  in.read("fill", tag.fill);
  in.read("probe", tag.probe);
  in.read("design", tag.design);
  in.read("repeat", tag.repeat);
  in.read("warm", tag.warm);
  in.read("open", tag.open);
  in.read("settle", tag.settle);
  in.finish();
  return tag;
}

}  // namespace crescendo
