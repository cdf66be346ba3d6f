// What a ladder is worth: a schedule with a sampler on problems whose points can be executed in part, with a budget of
// a fidelity. The best value at the top rung so far, by what was used of the budget. One raw row a cell; a cell that
// has its row is not run again.
//
//   fidelity [--rows FILE] [--problems-file FILE] [--evaluator PROGRAM] [--problems SCENARIO/INSTANCE[/TARGET],..]
//            [--methods PRESET|SCHEDULE[:OPTION=VALUE]..+SAMPLER[:OPTION=VALUE]..,..] [--ladder NAME=VALUE,..]
//            [--full N] [--continues yes|no] [--seeds N|A-B]
//
// --full: the budget, in trials at the top rung. --continues no: a promoted trial begins anew and pays for it.
// `bench/tables.py` makes the tables.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "bench/child.h"
#include "bench/exit_status.h"
#include "bench/machine.h"
#include "bench/method.h"
#include "bench/named.h"
#include "bench/search_problems.h"
#include "crescendo/error.h"
#include "crescendo/search.h"
#include "crescendo/store.h"
#include "objective/program.h"
#include "search/ladder.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

struct Choice {
  fs::path rows = CRESCENDO_BENCH_DIR "/results/fidelity.jsonl";
  fs::path problems_file = CRESCENDO_BENCH_DIR "/../../shared/problems/problems.json";
  fs::path evaluator;
  std::vector<std::string> problems = {"lcbench/167168", "lcbench/189906"};
  std::vector<std::string> methods = {"random", "tpe", "hyperband", "asha", "bohb", "asha+tpe"};
  std::string ladder = "epoch=1,4,13,52";
  int full = 50;
  bool continues = true;
  int first_seed = 0, last_seed = 19;
};

int whole_number(const std::string& flag, const std::string& text) {
  const bool whole = !text.empty() && text.size() < 7 && text.find_first_not_of("0123456789") == std::string::npos;
  if (!whole) bad_input(fmt::format("{} needs a whole number, not '{}'", flag, text));
  return std::stoi(text);
}

void read_seeds(const std::string& text, Choice& choice) {
  const std::vector<std::string> ends = split(text, '-');
  if (ends.size() > 2) bad_input("--seeds needs a number of seeds or a range as 50-99, not '" + text + "'");
  choice.first_seed = ends.size() == 2 ? whole_number("--seeds", ends[0]) : 0;
  choice.last_seed = ends.size() == 2 ? whole_number("--seeds", ends[1]) : whole_number("--seeds", ends[0]) - 1;
}

bool yes_or_no(const std::string& flag, const std::string& text) {
  if (text != "yes" && text != "no") bad_input(fmt::format("{} needs yes or no, not '{}'", flag, text));
  return text == "yes";
}

Choice parse(int count, char** arguments) {
  Choice choice;
  for (int i = 1; i < count; ++i) {
    const std::string flag = arguments[i];
    if (i + 1 >= count) bad_input(flag + " needs a value");
    const std::string value = arguments[++i];
    if (flag == "--rows") {
      choice.rows = value;
    } else if (flag == "--problems-file") {
      choice.problems_file = value;
    } else if (flag == "--evaluator") {
      choice.evaluator = value;
    } else if (flag == "--problems") {
      choice.problems = split(value);
    } else if (flag == "--methods") {
      choice.methods = split(value);
    } else if (flag == "--ladder") {
      choice.ladder = value;
    } else if (flag == "--full") {
      choice.full = whole_number(flag, value);
    } else if (flag == "--continues") {
      choice.continues = yes_or_no(flag, value);
    } else if (flag == "--seeds") {
      read_seeds(value, choice);
    } else {
      bad_input("no option called '" + flag +
                "'; there are: --rows --problems-file --evaluator --problems --methods --ladder --full --continues "
                "--seeds");
    }
  }
  return choice;
}

std::vector<Rung> ladder_of(const std::string& text) {
  const std::vector<std::string> parts = split(text, '=');
  if (parts.size() != 2) bad_input("--ladder needs NAME=VALUE,.., not '" + text + "'");
  std::vector<double> values;
  for (const std::string& value : split(parts[1])) {
    char* end = nullptr;
    values.push_back(std::strtod(value.c_str(), &end));
    if (value.empty() || *end != '\0') bad_input("--ladder: '" + value + "' is no number");
  }
  return make_ladder({{parts[0], values}});
}

// Epochs are counted; other fidelities may not be whole.
std::string fidelity_of(const std::vector<Rung>& ladder) { return ladder.front().fidelity.begin()->first; }

struct Cell {
  std::string problem, method, ladder;
  bool continues;
  int full, seed;
  friend auto operator<=>(const Cell&, const Cell&) = default;
};

std::set<Cell> cells_of(const fs::path& file) {
  std::set<Cell> cells;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const Json row = parse_json(line, file.string());
    cells.insert(
        {row.at("problem"), row.at("method"), row.at("ladder"), row.at("continues"), row.at("full"), row.at("seed")});
  }
  return cells;
}

Study study_of(const SearchProblem& problem, const Method& method, const std::vector<Rung>& ladder, const Cell& cell) {
  Study study;
  study.name = problem.name;
  study.seed = static_cast<std::uint64_t>(cell.seed);
  study.objective = objective_of(problem);
  study.sampler = method.sampler;
  study.schedule = method.schedule;
  study.schedule.options.try_emplace("repeats", 0.0);  // the values have no noise
  study.ladder = ladder;
  study.space = problem.space;
  study.continues = cell.continues;
  const std::string fidelity = fidelity_of(ladder);
  study.budget.fidelity[fidelity] = cell.full * ladder.back().fidelity.at(fidelity);
  return study;
}

double short_number(double value) { return std::stod(fmt::format("{:.9g}", value)); }

/// The problem's program, asked for a point at a rung. (The objective `server` also names the parent's folder where a
/// study continues, which these programs refuse.)
class SurrogateObjective : public Objective {
 public:
  explicit SurrogateObjective(const std::vector<std::string>& command) : program_(command.front(), command, {}) {}
  std::optional<Outcome> evaluate(const Assignment& assignment, const Hooks&) override {
    program_.ask(to_line(flat_object(assignment.study, assignment.point, assignment.rung)));
    Outcome outcome;
    outcome.loss = program_.answer().at("objective");
    return outcome;
  }

 private:
  Child program_;
};

/// Notes what was used whenever a trial at the top is better than all before.
class CurveObserver : public Observer {
 public:
  explicit CurveObserver(std::string fidelity) : fidelity_(std::move(fidelity)) {}
  void on_end(const History& history, const Trial& trial) override {
    used_ = history.used(fidelity_);
    ++rungs_[trial.rung];
    if (trial.state != TrialState::kFinished || trial.rung != history.study().top()) return;
    const double loss = short_number(trial.loss);
    if (curve_.empty() || loss < curve_.back()[1].get<double>()) curve_.push_back({short_number(used_), loss});
  }
  void describe(Json& row, int rungs) const {
    row["used"] = short_number(used_);
    for (int rung = 0; rung < rungs; ++rung) row["rungs"].push_back(rungs_.contains(rung) ? rungs_.at(rung) : 0);
    row["curve"] = curve_;
  }

 private:
  std::string fidelity_;
  double used_ = 0;
  std::map<int, int> rungs_;
  Json curve_ = Json::array();
};

Json row_of(const SearchProblem& problem, const Method& method, const Cell& cell) {
  const std::vector<Rung> ladder = ladder_of(cell.ladder);
  const Study study = study_of(problem, method, ladder, cell);
  const auto store = open_store("memory:");
  store->create(study);
  CurveObserver observer(fidelity_of(ladder));
  run_search(
      *store, study, [&] { return std::make_unique<SurrogateObjective>(problem.server); }, {}, observer);
  Json row = {{"problem", cell.problem},     {"method", cell.method}, {"ladder", cell.ladder},
              {"continues", cell.continues}, {"full", cell.full},     {"seed", cell.seed}};
  observer.describe(row, static_cast<int>(ladder.size()));
  return row;
}

void run(const Choice& choice) {
  std::vector<SearchProblem> problems;
  const fs::path evaluator = evaluator_of(choice.problems_file, choice.evaluator);
  for (const std::string& name : choice.problems) {
    problems.push_back(surrogate_problem(choice.problems_file, evaluator, name));
  }
  std::vector<Method> methods;
  for (const std::string& text : choice.methods) methods.push_back(parse_method(text));
  const std::set<Cell> done = cells_of(choice.rows);
  const std::string commit = run_description("").at("commit");
  for (int seed = choice.first_seed; seed <= choice.last_seed; ++seed) {
    for (const SearchProblem& problem : problems) {
      for (const Method& method : methods) {
        const Cell cell{problem.name, method.name, choice.ladder, choice.continues, choice.full, seed};
        if (done.contains(cell)) continue;
        Json row = row_of(problem, method, cell);
        row["commit"] = commit;
        std::ofstream out(choice.rows, std::ios::app);
        out << to_line(row) << std::endl;
        if (!out) unavailable("cannot write rows to " + choice.rows.string());
      }
    }
  }
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  return crescendo::exit_status("fidelity", [&] { crescendo::run(crescendo::parse(count, arguments)); });
}
