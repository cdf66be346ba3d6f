#include "search/experiment.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <set>

#include "base/json.h"
#include "base/options.h"
#include "base/toml.h"
#include "crescendo/error.h"
#include "sampler/samplers.h"
#include "schedule/schedules.h"
#include "search/presets.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

void check_label(const std::string& label, const std::string& what) {
  const bool plain = !label.empty() && std::all_of(label.begin(), label.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '+';
  });
  if (!plain) bad_input(fmt::format("{}: '{}' must be made of letters, digits and - _ +", what, label));
}

/// The tables [kind.LABEL]; a member's family name is its label where it does not say it and there is no usual one.
std::map<std::string, Named> parse_members(FieldReader& in, const std::string& kind, const std::string& usual = "") {
  std::map<std::string, Named> members;
  const Json* tables = in.take(kind);
  if (!tables) return members;
  if (!tables->is_object()) in.wrong_type(kind, fmt::format("tables such as [{}.mine]", kind));
  for (const auto& [label, table] : tables->items()) {
    const std::string what = fmt::format("{}: {}.{}", in.what(), kind, label);
    check_label(label, what);
    members[label] = parse_named(table, what, usual.empty() ? label : usual);
  }
  return members;
}

/// Takes what is the study's out of the options. Paths are relative to the folder; a program's line is left as it is.
ExperimentObjective parse_objective(const Named& named, const fs::path& folder, const std::string& what) {
  ExperimentObjective result{named, {}, false};
  Options& options = result.objective.options;
  if (const auto space = options.find("space"); space != options.end()) {
    const auto* path = std::get_if<std::string>(&space->second);
    if (!path) bad_input(what + ": space must be the name of a file");
    result.space = folder / *path;
    options.erase(space);
  }
  if (const auto maximize = options.find("maximize"); maximize != options.end()) {
    const auto* flag = std::get_if<bool>(&maximize->second);
    if (!flag) bad_input(what + ": maximize must be true or false");
    result.maximize = *flag;
    options.erase(maximize);
  }
  if (const auto data = options.find("data"); data != options.end()) {
    if (const auto* path = std::get_if<std::string>(&data->second)) data->second = (folder / *path).string();
  }
  return result;
}

std::vector<double> numbers(const Json& value, const std::string& what) {
  std::vector<double> list;
  for (const Json& number : value.is_array() ? value : Json::array({value})) {
    if (!number.is_number()) bad_input(fmt::format("{} must be a number, or a list of them", what));
    list.push_back(number.get<double>());
  }
  return list;
}

/// A number that is given once holds at every rung.
std::vector<Fidelity> parse_ladder(const Json& table, const std::string& what) {
  if (!table.is_object() || table.empty()) bad_input(fmt::format("{} must be a table of lists of numbers", what));
  std::vector<Fidelity> ladder;
  std::size_t rungs = 1;
  for (const auto& [name, value] : table.items()) {
    ladder.emplace_back(name, numbers(value, fmt::format("{}: {}", what, name)));
    rungs = std::max(rungs, ladder.back().second.size());
  }
  for (auto& [name, values] : ladder) {
    if (values.size() == 1) values.resize(rungs, values.front());
  }
  return ladder;
}

std::map<std::string, std::vector<Fidelity>> parse_ladders(FieldReader& in) {
  std::map<std::string, std::vector<Fidelity>> ladders;
  const Json& tables = in.require("ladder");
  if (!tables.is_object()) in.wrong_type("ladder", "tables such as [ladder.small]");
  for (const auto& [label, table] : tables.items()) {
    const std::string what = fmt::format("{}: ladder.{}", in.what(), label);
    check_label(label, what);
    ladders[label] = parse_ladder(table, what);
  }
  return ladders;
}

std::vector<std::string> labels(const Json& value, const std::string& what) {
  std::vector<std::string> list;
  for (const Json& label : value.is_array() ? value : Json::array({value})) {
    if (!label.is_string()) bad_input(fmt::format("{} must be a name, or a list of names", what));
    list.push_back(label.get<std::string>());
  }
  if (list.empty()) bad_input(what + " is an empty list");
  return list;
}

/// A number of seeds, counted from 0, or a list of them.
std::vector<std::uint64_t> parse_seeds(const Json& value, const std::string& what) {
  const auto wrong = [&] { bad_input(fmt::format("{}: seeds must be a number of seeds or a list of them", what)); };
  const auto is_count = [](const Json& number) {
    return number.is_number_integer() && number.get<std::int64_t>() >= 0;
  };
  std::vector<std::uint64_t> seeds;
  if (value.is_array()) {
    for (const Json& seed : value) {
      if (!is_count(seed)) wrong();
      seeds.push_back(seed.get<std::uint64_t>());
    }
  } else {
    if (!is_count(value) || value.get<std::int64_t>() > 10'000) wrong();
    for (std::uint64_t seed = 0; seed < value.get<std::uint64_t>(); ++seed) seeds.push_back(seed);
  }
  if (seeds.empty()) wrong();
  return seeds;
}

template <class Table>
void check_known(const Table& table, const std::string& label, const std::string& kind, const std::string& what) {
  if (table.contains(label)) return;
  std::vector<std::string_view> names;
  for (const auto& [name, ignored] : table) names.push_back(name);
  bad_input(fmt::format("{}: no {} called '{}'; there are: {}", what, kind, label, fmt::join(names, " ")));
}

/// The member that a label names: a table of the experiment, or a family's own name with its usual options.
template <class List>
void settle(std::map<std::string, Named>& members, const List& family, const std::string& label,
            const std::string& kind) {
  if (!members.contains(label)) members[label] = Named{label};
  const Named& member = members[label];
  find_entry(family, member.name, kind).make(member.options);  // throws for what it does not know
}

using Method = std::pair<std::string, std::string>;  // schedule and sampler

std::vector<Method> parse_methods(FieldReader& in) {
  std::vector<Method> methods;
  if (const Json* presets = in.take("preset")) {
    for (const std::string& name : labels(*presets, in.what() + ": preset")) {
      const Preset& preset = find_preset(name);
      methods.emplace_back(preset.schedule, preset.sampler);
    }
    if (in.has("schedule") || in.has("sampler")) {
      bad_input(in.what() + ": give preset, or schedule and sampler, not both");
    }
    return methods;
  }
  for (const std::string& schedule : labels(in.require("schedule"), in.what() + ": schedule")) {
    for (const std::string& sampler : labels(in.require("sampler"), in.what() + ": sampler")) {
      methods.emplace_back(schedule, sampler);
    }
  }
  return methods;
}

/// The cells of one [[grid]], to those that are there.
void parse_grid(const Json& table, const std::string& what, const std::vector<std::uint64_t>& usual_seeds,
                Experiment& experiment) {
  FieldReader in(table, what);
  const auto objectives = labels(in.require("objective"), what + ": objective");
  const auto ladders = labels(in.require("ladder"), what + ": ladder");
  const auto methods = parse_methods(in);
  const Json* own_seeds = in.take("seeds");
  const auto seeds = own_seeds ? parse_seeds(*own_seeds, what) : usual_seeds;
  const Budget budget = parse_budget(in.require("budget"), what + ": budget");
  in.finish();
  for (const std::string& label : objectives) check_known(experiment.objectives, label, "objective", what);
  for (const std::string& label : ladders) check_known(experiment.ladders, label, "ladder", what);
  for (const auto& [schedule, sampler] : methods) {
    settle(experiment.schedules, kSchedules, schedule, "schedule");
    settle(experiment.samplers, kSamplers, sampler, "sampler");
  }
  for (const std::uint64_t seed : seeds) {
    for (const std::string& objective : objectives) {
      for (const std::string& ladder : ladders) {
        for (const auto& [schedule, sampler] : methods) {
          experiment.cells.push_back({objective, ladder, schedule, sampler, seed, budget});
        }
      }
    }
  }
}

}  // namespace

std::string ExperimentCell::name() const {
  return fmt::format("{}.{}.{}.{}.{}", objective, ladder, schedule, sampler, seed);
}

Json Experiment::labels(const ExperimentCell& cell) const {
  Json settings = {{"retrain", retrain}, {"budget", to_json(cell.budget)}};
  for (const auto& [fidelity, values] : ladders.at(cell.ladder)) settings["ladder"][fidelity] = values;
  settings["schedule"] = to_json(schedules.at(cell.schedule));
  settings["sampler"] = to_json(samplers.at(cell.sampler));
  return {{"experiment", name},
          {"objective", cell.objective},
          {"ladder", cell.ladder},
          {"schedule", cell.schedule},
          {"sampler", cell.sampler},
          {"seed", cell.seed},
          {"settings", std::move(settings)}};
}

Experiment parse_experiment(std::string_view toml, std::string_view what, const fs::path& folder) {
  const Json json = parse_toml(toml, what);
  FieldReader in(json, std::string(what));
  Experiment experiment;
  if (!in.read("name", experiment.name)) in.require("name");
  check_label(experiment.name, in.what() + ": name");
  in.read("retrain", experiment.retrain);
  if (experiment.retrain < 0) in.wrong_type("retrain", "a number from 0");
  const Json* given_seeds = in.take("seeds");
  const auto seeds = parse_seeds(given_seeds ? *given_seeds : Json(1), in.what());
  in.require("objective");
  for (auto& [label, named] : parse_members(in, "objective", "cnn")) {
    experiment.objectives[label] = parse_objective(named, folder, fmt::format("{}: objective.{}", what, label));
  }
  experiment.ladders = parse_ladders(in);
  experiment.schedules = parse_members(in, "schedule");
  experiment.samplers = parse_members(in, "sampler");
  const Json& grids = in.require("grid");
  if (!grids.is_array()) in.wrong_type("grid", "tables [[grid]]");
  for (std::size_t i = 0; i < grids.size(); ++i) {
    parse_grid(grids[i], fmt::format("{}: grid {}", in.what(), i + 1), seeds, experiment);
  }
  in.finish();
  std::stable_sort(experiment.cells.begin(), experiment.cells.end(),
                   [](const ExperimentCell& a, const ExperimentCell& b) { return a.seed < b.seed; });
  std::set<std::string> names;
  for (const ExperimentCell& cell : experiment.cells) {
    if (!names.insert(cell.name()).second) {
      bad_input(fmt::format("{}: the cell {} is in two grids; leave one out", what, cell.name()));
    }
  }
  return experiment;
}

}  // namespace crescendo
