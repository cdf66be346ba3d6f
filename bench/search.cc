// How good are the points? Samplers on problems with known best values: sampler x problem x seed, best so far after
// each trial. One raw row a cell; a cell that has its row is not run again.
//
//   search [--rows FILE] [--problems-file FILE] [--problems NAME,..] [--samplers NAME[:OPTION=VALUE]..,..|none]
//          [--peers all|none|NAME,..] [--seeds N|A-B] [--smac3-seeds N] [--trials N] [--jobs N] [--evaluator PROGRAM]
//          [--again]
//   search --serve NAME      a built-in problem as a program: a point a line in, its loss a line out
//
// The problems are those of the file (../shared/problems/problems.json, with the evaluator's source and the peers'
// earlier curves beside it) and the functions that are built in. Peers run where `make peers` has installed them.
// --again: drop the rows of these cells first. `bench/tables.py` makes the tables, also of other files of rows.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/files.h"
#include "bench/child.h"
#include "bench/exit_status.h"
#include "bench/machine.h"
#include "bench/named.h"
#include "bench/search_choice.h"
#include "bench/search_problems.h"
#include "bench/search_rows.h"
#include "crescendo/error.h"
#include "crescendo/sampler.h"
#include "crescendo/search.h"
#include "crescendo/store.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr int kRandomPoints = 4000;  // whose median is a regret of 1, where a file of problems does not say it

fs::path own_program() { return fs::read_symlink("/proc/self/exe"); }

/// The program that evaluates the problems of the file: what was asked for, or made here once from its source.
fs::path evaluator_of(const SearchChoice& choice) {
  if (!choice.evaluator.empty()) return choice.evaluator;
  const fs::path program = own_program().parent_path() / "hpo_eval";
  if (fs::exists(program)) return program;
  const fs::path source = choice.problems_file.parent_path() / "evaluator" / "surrogate_eval.cpp";
  if (!fs::exists(source)) not_found("no evaluator's source " + source.string() + "; give --evaluator PROGRAM");
  const std::string making =
      fmt::format("g++ -std=c++17 -O3 -march=x86-64-v3 -o '{}' '{}'", program.string(), source.string());
  if (std::system(making.c_str()) != 0) unavailable("cannot make the evaluator: " + making);
  return program;
}

std::vector<SearchProblem> problems_of(const SearchChoice& choice) {
  std::vector<SearchProblem> all = built_in_problems();
  const auto wanted = [&](const SearchProblem& problem) {
    return choice.problems.empty() ||
           std::find(choice.problems.begin(), choice.problems.end(), problem.name) != choice.problems.end();
  };
  std::set<std::string> names;
  for (const SearchProblem& problem : all) names.insert(problem.name);
  const bool built_in_alone = !choice.problems.empty() && std::all_of(choice.problems.begin(), choice.problems.end(),
                                                                      [&](auto& name) { return names.contains(name); });
  if (!built_in_alone) {
    if (!fs::exists(choice.problems_file)) {
      not_found(fmt::format("no file of problems {}; give --problems-file FILE, or --problems with some of: {}",
                            choice.problems_file.string(), fmt::join(names, " ")));
    }
    for (SearchProblem& problem : problems_of_file(choice.problems_file, evaluator_of(choice))) {
      names.insert(problem.name);
      all.push_back(std::move(problem));
    }
  }
  for (const std::string& name : choice.problems) {
    if (names.contains(name)) continue;
    bad_input(fmt::format("no problem called '{}'; there are: {}", name, fmt::join(names, " ")));
  }
  std::erase_if(all, [&](const SearchProblem& problem) { return !wanted(problem); });
  return all;
}

Study study_of(const SearchProblem& problem, const Named& sampler, int seed, int trials) {
  Study study;
  study.name = problem.name;
  study.seed = static_cast<std::uint64_t>(seed);
  study.objective = objective_of(problem);
  study.sampler = sampler;
  study.schedule = {"flat", {{"repeats", 0.0}}};
  study.budget.trials = trials;
  study.ladder = {Rung{}};
  study.space = problem.space;
  return study;
}

/// Hands on every trial's end.
class EndObserver : public Observer {
 public:
  explicit EndObserver(std::function<void(const Trial&)> on_end) : on_end_(std::move(on_end)) {}
  void on_end(const History&, const Trial& trial) override { on_end_(trial); }

 private:
  std::function<void(const Trial&)> on_end_;
};

void search(const SearchProblem& problem, const Named& sampler, int seed, int trials,
            std::function<void(const Trial&)> on_end) {
  const Study study = study_of(problem, sampler, seed, trials);
  const auto store = open_store("memory:");
  store->create(study);
  EndObserver observer(std::move(on_end));
  run_search(*store, study, make_objective(problem, study), {}, observer);
}

double random_median(const SearchProblem& problem) {
  if (problem.random_median) return *problem.random_median;
  std::vector<double> losses;
  search(problem, {"random"}, 1, kRandomPoints, [&](const Trial& trial) {
    losses.push_back(trial.state == TrialState::kFinished ? trial.loss : std::numeric_limits<double>::infinity());
  });
  std::sort(losses.begin(), losses.end());
  return (losses[losses.size() / 2 - 1] + losses[losses.size() / 2]) / 2;
}

/// What peers reached in earlier runs, by problem, sampler and seed.
void add_baseline(const fs::path& file, const std::vector<SearchProblem>& problems, SearchRows& rows) {
  const std::map<std::string, std::string> names = {{"random", "optuna_3.1_random"},  {"tpe", "optuna_3.1_tpe"},
                                                    {"tpe_mv", "optuna_3.1_tpe_mv"},  {"cmaes", "optuna_3.1_cmaes"},
                                                    {"hyperopt_tpe", "hyperopt_0.3"}, {"smac3_hpo", "smac3_2.3"}};
  const Json all = parse_json(read_file(file), file.string());
  for (const SearchProblem& problem : problems) {
    const Json by_sampler = all.value(problem.name, Json::object());
    for (const auto& [sampler, seeds] : by_sampler.items()) {
      const auto known = names.find(sampler);
      for (const auto& [seed, losses] : seeds.items()) {
        const Cell cell{known == names.end() ? sampler : known->second, problem.name, std::stoi(seed), 200};
        if (rows.has(cell)) continue;
        Improvements curve;
        for (const Json& loss : losses) curve.add(false, loss.get<double>());
        rows.add(cell, {{"source", "baseline"}}, curve);
      }
    }
  }
}

class Bench {
 public:
  explicit Bench(const SearchChoice& choice) : choice_(choice), problems_(problems_of(choice)), rows_(choice.rows) {}

  void run() {
    for (const std::string& sampler : choice_.samplers)
      make_sampler(study_of(problems_[0], parse_named(sampler), 0, 1));
    list_cells();
    if (choice_.again) rows_.forget({cells_.begin(), cells_.end()});
    std::erase_if(cells_, [&](const Cell& cell) { return rows_.has(cell); });
    for (const SearchProblem& problem : problems_) {
      if (!rows_.has_scale(problem.name)) rows_.add_scale(problem.name, problem.best, random_median(problem));
    }
    const fs::path baseline = choice_.problems_file.parent_path() / "baseline_curves.json";
    if (fs::exists(baseline)) add_baseline(baseline, problems_, rows_);
    fmt::print("{} searches to run\n", cells_.size());
    std::vector<std::jthread> threads;
    for (int job = 0; job < choice_.jobs; ++job) threads.emplace_back([this] { work(); });
    threads.clear();
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  // Seed by seed, so that what is there at any time is about all of them.
  void list_cells() {
    for (int seed = choice_.first_seed; seed <= choice_.last_seed; ++seed) {
      std::vector<std::string> samplers = choice_.samplers;
      for (const std::string& peer : choice_.peers) {
        if (peer != "smac3" || seed - choice_.first_seed < choice_.smac3_seeds) samplers.push_back(peer);
      }
      for (const std::string& sampler : samplers) {
        for (const SearchProblem& problem : problems_) cells_.push_back({sampler, problem.name, seed, choice_.trials});
      }
    }
  }

  void work() {
    std::optional<Child> peers;
    try {
      for (std::size_t next; !failed_ && (next = next_++) < cells_.size();) run_cell(cells_[next], peers);
    } catch (...) {
      if (!failed_.exchange(true)) failure_ = std::current_exception();
    }
  }

  void run_cell(const Cell& cell, std::optional<Child>& peers) {
    const auto problem = std::find_if(problems_.begin(), problems_.end(),
                                      [&](const SearchProblem& one) { return one.name == cell.problem; });
    if (is_peer(cell.sampler)) {
      run_peer(cell, *problem, peers);
      return;
    }
    Improvements curve;
    search(*problem, parse_named(cell.sampler), cell.seed, cell.trials,
           [&](const Trial& trial) { curve.add(trial.state != TrialState::kFinished, trial.loss); });
    rows_.add(cell, {{"commit", commit_}}, curve);
  }

  void run_peer(const Cell& cell, const SearchProblem& problem, std::optional<Child>& peers) {
    if (!peers) {
      peers.emplace("search_peers.py",
                    std::vector<std::string>{search_peers_python(), CRESCENDO_BENCH_DIR "/peers/search_peers.py"},
                    Child::Environment{{"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"}});
    }
    const std::vector<std::string> own = {own_program().string(), "--serve", problem.name};
    peers->ask(to_line({{"sampler", cell.sampler},
                        {"problem", problem.name},
                        {"params", problem.params},
                        {"command", problem.server.empty() ? own : problem.server},
                        {"seed", cell.seed},
                        {"trials", cell.trials}}));
    const Json answer = peers->answer();
    rows_.add(cell, {{"versions", answer.at("versions")}},
              {answer.at("curve"), answer.at("evaluated"), answer.at("failed")});
  }

  const SearchChoice& choice_;
  const std::vector<SearchProblem> problems_;
  const std::string commit_ = run_description("").at("commit");
  SearchRows rows_;
  std::vector<Cell> cells_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<bool> failed_ = false;
  std::exception_ptr failure_;
};

void run(const SearchChoice& choice) {
  if (choice.serve.empty()) {
    Bench(choice).run();
    return;
  }
  for (const SearchProblem& problem : built_in_problems()) {
    if (problem.name == choice.serve) return serve(problem);
  }
  bad_input("no built-in problem called '" + choice.serve + "'");
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  return crescendo::exit_status("search", [&] {
    crescendo::run(crescendo::parse_search_choice({arguments + 1, arguments + count}));
  });
}
