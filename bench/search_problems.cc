#include "bench/search_problems.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>
#include <utility>

#include "base/files.h"
#include "bench/named.h"
#include "crescendo/error.h"
#include "objective/objectives.h"
#include "space/parse.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

/// One of: {parent: value or [values], ...}, {"parent": name, "values": [...]}, [parent, [values]], or a list of these.
/// Returned as [[parent, [values]], ...].
Json normal_conditions(const Json& given, const std::string& who) {
  const auto pair = [](const Json& parent, const Json& values) {
    return Json::array({parent, values.is_array() ? values : Json::array({values})});
  };
  Json conditions = Json::array();
  if (given.is_object() && given.contains("parent")) {
    if (!given.contains("values") && !given.contains("value")) bad_input(who + ": active_if has no values");
    conditions.push_back(pair(given["parent"], given.contains("values") ? given["values"] : given["value"]));
  } else if (given.is_object()) {
    for (const auto& [parent, values] : given.items()) conditions.push_back(pair(parent, values));
  } else if (given.is_array() && given.size() == 2 && given[0].is_string()) {
    conditions.push_back(pair(given[0], given[1]));
  } else if (given.is_array()) {
    for (const Json& one : given) {
      for (const Json& condition : normal_conditions(one, who)) conditions.push_back(condition);
    }
  } else {
    bad_input(who + ": active_if is not of a form that is known");
  }
  for (const Json& condition : conditions) {
    if (!condition[0].is_string()) bad_input(who + ": active_if must name a parameter");
  }
  return conditions;
}

/// Parents first, otherwise in the file's order, with conditions in their one form.
Json normal_params(const Json& given, const std::string& problem) {
  Json left = Json::array(), ordered = Json::array();
  for (Json p : given) {
    if (p.contains("active_if")) p["active_if"] = normal_conditions(p["active_if"], problem);
    left.push_back(std::move(p));
  }
  const auto placed = [&](const Json& name) {
    return std::any_of(ordered.begin(), ordered.end(), [&](const Json& p) { return p.at("name") == name; });
  };
  while (!left.empty()) {
    const auto next = std::find_if(left.begin(), left.end(), [&](const Json& p) {
      const Json conditions = p.value("active_if", Json::array());
      return std::all_of(conditions.begin(), conditions.end(), [&](const Json& c) { return placed(c[0]); });
    });
    if (next == left.end()) bad_input(problem + ": the conditions of its parameters have no beginning");
    ordered.push_back(*next);
    left.erase(next);
  }
  return ordered;
}

/// The space of such parameters. "One of these values" is "none of the others".
Space space_of(const Json& params) {
  std::vector<Parameter> parameters;
  for (Json p : params) {
    const Json conditions = p.value("active_if", Json::array());
    p.erase("active_if");
    Parameter made = parse_space(Json::array({p}))[0];
    for (const Json& condition : conditions) {
      const auto name = condition[0].get<std::string>();
      const auto parent = std::find_if(parameters.begin(), parameters.end(), [&](auto& q) { return q.name == name; });
      if (!has_choices(*parent)) {
        made.active_when.push_back({name, Comparison::kEqual, to_value(condition[1].at(0), name)});
        continue;
      }
      std::vector<Value> values;
      for (const Json& value : condition[1]) values.push_back(to_value(value, name));
      for (const Value& choice : parent->choices) {
        const bool active = std::find(values.begin(), values.end(), choice) != values.end();
        if (!active) made.active_when.push_back({name, Comparison::kNotEqual, choice});
      }
    }
    parameters.push_back(std::move(made));
  }
  return Space(std::move(parameters));
}

SearchProblem problem_of(const Json& json, const fs::path& folder, const fs::path& evaluator) {
  SearchProblem problem;
  problem.name = json.at("id").get<std::string>();
  problem.params = normal_params(json.at("params"), problem.name);
  problem.space = space_of(problem.params);
  if (!json.contains("best_known") && !json.contains("optimum")) bad_input(problem.name + ": no best_known or optimum");
  problem.best = json.contains("best_known") ? json["best_known"].get<double>() : json["optimum"].get<double>();
  if (json.contains("random_median")) problem.random_median = json["random_median"].get<double>();
  problem.server = {evaluator.string(), folder.string()};
  for (const Json& argument : json.at("args")) problem.server.push_back(argument.get<std::string>());
  return problem;
}

class LossObjective : public Objective {
 public:
  explicit LossObjective(const std::function<double(const Point&)>& loss) : loss_(loss) {}
  std::optional<Outcome> evaluate(const Assignment& assignment, const Hooks&) override {
    Outcome outcome;
    outcome.loss = loss_(assignment.point);
    return outcome;
  }

 private:
  const std::function<double(const Point&)>& loss_;
};

/// A word of a command line that is split again, with nothing in it that is more than itself.
std::string quoted(const std::string& word) {
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
    if (c == '{' || c == '}') text += c;
  }
  return text + "\"";
}

}  // namespace

std::vector<SearchProblem> problems_of_file(const fs::path& file, const fs::path& evaluator) {
  const fs::path folder = fs::absolute(file).parent_path();
  std::vector<SearchProblem> problems;
  for (const Json& json : parse_json(read_file(file), file.string())) {
    try {
      problems.push_back(problem_of(json, folder, evaluator));
    } catch (const Json::exception& error) {
      bad_input(fmt::format("{}: problem {}: {}", file.string(), problems.size() + 1, error.what()));
    }
  }
  return problems;
}

fs::path evaluator_of(const fs::path& problems_file, const fs::path& given) {
  if (!given.empty()) return given;
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "hpo_eval";
  if (fs::exists(program)) return program;
  const fs::path source = problems_file.parent_path() / "evaluator" / "surrogate_eval.cpp";
  if (!fs::exists(source)) not_found("no evaluator's source " + source.string() + "; give --evaluator PROGRAM");
  const std::string making =
      fmt::format("g++ -std=c++17 -O3 -march=x86-64-v3 -o '{}' '{}'", program.string(), source.string());
  if (std::system(making.c_str()) != 0) unavailable("cannot make the evaluator: " + making);
  return program;
}

SearchProblem surrogate_problem(const fs::path& file, const fs::path& evaluator, const std::string& name) {
  const std::vector<std::string> wanted = split(name, '/');
  std::set<std::string> scenarios;
  for (SearchProblem& problem : problems_of_file(file, evaluator)) {
    std::vector<std::string> words = split(problem.server.back(), ':');  // yahpo:SCENARIO:INSTANCE:TARGET
    if (words.front() != "yahpo" || words.size() != 4) continue;
    scenarios.insert(words[1]);
    if (wanted.front() != words[1] || wanted.size() < 2 || wanted.size() > 3) continue;
    words[2] = wanted[1];
    if (wanted.size() == 3) words[3] = wanted[2];
    problem.name = name;
    problem.server.back() = fmt::format("{}", fmt::join(words, ":"));
    return std::move(problem);
  }
  bad_input(fmt::format("no problem called '{}'; there are SCENARIO/INSTANCE of: {}", name, fmt::join(scenarios, " ")));
}

Named objective_of(const SearchProblem& problem) {
  if (problem.server.empty()) return {"function"};
  std::string run;
  for (const std::string& word : problem.server) run += (run.empty() ? "" : " ") + quoted(word);
  return {"server", {{"run", run}, {"loss", std::string("objective")}}};
}

ObjectiveMaker make_objective(const SearchProblem& problem, const Study& study) {
  if (!problem.server.empty()) return server_objective().make(study);
  return [&problem] { return std::make_unique<LossObjective>(problem.loss); };
}

void serve(const SearchProblem& problem) {
  for (std::string line; std::getline(std::cin, line);) {
    Json reply;
    try {
      reply["objective"] = problem.loss(parse_point(problem.space, parse_json(line, "the point")));
    } catch (const Error& error) {
      reply = {{"error", error.what()}};
    }
    std::cout << to_line(reply) << std::endl;
  }
}

}  // namespace crescendo
