// Time of proposals and of whole searches on mixed10, ours and the rivals' in one run: round after round each works in
// turn, so that whatever else the machine does meets all alike.
//
//   micro_samplers [--parts PART,..] [--rivals all|none|NAME,..] [--rounds N] [--rows FILE]
//
// tpe_N, smac_N and the like: a proposal when N uniformly drawn trials have finished; each proposal is told its loss,
// so that the next one meets a history that has changed. loop_N: a whole search by tpe of N trials, by our worker with
// the memory store and by the rivals' optimize(). Numbers are seconds of CPU time, medians of the rounds. With --rows a
// part is left out of which FILE has all rows from this commit, compiler and machine: a run that was broken off goes
// on.
//
// A rival is bench/peers/search_times.py in the environment that `make peers` installs. It is asked by a line
// "proposals COUNT" or "loop COUNT" and answers {"count", "cpu", "wall"}, the seconds for all of them together.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "bench/child.h"
#include "bench/exit_status.h"
#include "bench/machine.h"
#include "bench/rivals.h"
#include "crescendo/error.h"
#include "crescendo/sampler.h"
#include "crescendo/search.h"
#include "sampler/free_point.h"
#include "tests/problems.h"

namespace crescendo {
namespace {

struct Share {
  std::string who;
  int count;   // proposals of a round, or trials of a loop
  int rounds;  // fewer where one takes minutes
};

struct Part {
  std::string name, sampler;
  bool loop;
  int trials;  // before the first proposal
  std::vector<Share> shares;
};

const std::vector<Part> kParts = {
    {"tpe_100", "tpe", false, 100, {{"ours", 20, 5}, {"rustuna", 20, 5}, {"optuna", 10, 5}}},
    {"tpe_1000", "tpe", false, 1000, {{"ours", 100, 5}, {"rustuna", 20, 5}, {"optuna", 5, 5}}},
    {"tpe_10000", "tpe", false, 10'000, {{"ours", 100, 5}, {"rustuna", 20, 5}, {"optuna", 2, 2}}},
    {"smac_1000", "smac", false, 1000, {{"ours", 10, 3}, {"smac", 1, 3}}},
    // Thirty proposals: as many as lie between two fits of our kernel, so that each round has one of them.
    {"gp_300", "gp", false, 300, {{"ours", 30, 3}, {"optuna_gp", 3, 3}}},
    {"differential_1000", "differential", false, 1000, {{"ours", 100, 5}}},
    {"cmaes_1000", "cmaes", false, 1000, {{"ours", 100, 5}}},
    {"swarm_1000", "swarm", false, 1000, {{"ours", 100, 5}}},
    {"reinforce_1000", "reinforce", false, 1000, {{"ours", 100, 5}}},
    {"loop_1000", "tpe", true, 0, {{"ours", 1000, 5}, {"rustuna", 1000, 5}, {"optuna", 1000, 1}}},
    {"loop_10000", "tpe", true, 0, {{"ours", 10'000, 3}, {"rustuna", 10'000, 1}}},
};

struct Seconds {
  double cpu = 0, wall = 0;
};

/// Whoever is timed.
class Searcher {
 public:
  virtual ~Searcher() = default;
  virtual Seconds proposals(int count) = 0;  // of one of them
  virtual Seconds loop(int trials) = 0;      // of all together
  virtual Json versions() const = 0;
};

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Study study_of(const Problem& problem, const std::string& sampler, int trials) {
  Study study;
  study.name = problem.name;
  study.seed = 1;
  study.sampler = {sampler, {}};
  study.schedule = {"flat", {}};
  study.ladder = {Rung{{}, 1, {}}};
  study.budget.trials = trials;
  study.space = problem.space;
  return study;
}

class LossOfPoint : public Objective {
 public:
  explicit LossOfPoint(const Problem& problem) : problem_(problem) {}
  std::optional<Outcome> evaluate(const Assignment& assignment, const Hooks&) override {
    Outcome outcome;
    outcome.loss = problem_.loss(assignment.point);
    return outcome;
  }

 private:
  const Problem& problem_;
};

class Ours : public Searcher {
 public:
  explicit Ours(const Part& part)
      : study_(std::make_shared<const Study>(study_of(problem_, part.sampler, 1))),
        sampler_(make_sampler(*study_)),
        history_(study_) {
    Rng rng(1);
    for (int number = 0; number < part.trials; ++number) tell(uniform_point(study_->space, box_, rng));
  }

  Seconds proposals(int count) override {
    Seconds seconds;
    for (int i = 0; i < count; ++i) {
      const int number = static_cast<int>(history_.trials().size());
      Rng rng(study_->seed, {static_cast<std::uint64_t>(number)});
      const double cpu = process_cpu_seconds(), wall = wall_seconds();
      Point point = sampler_->propose(history_, box_, number, rng);
      seconds.cpu += (process_cpu_seconds() - cpu) / count;
      seconds.wall += (wall_seconds() - wall) / count;
      tell(std::move(point));
    }
    return seconds;
  }

  Seconds loop(int trials) override {
    const double cpu = process_cpu_seconds(), wall = wall_seconds();
    const Study study = study_of(problem_, "tpe", trials);
    const auto store = open_store("memory:");
    store->create(study);
    Observer silent;
    const auto objective = [&] { return std::make_unique<LossOfPoint>(problem_); };
    check(run_search(*store, study, objective, {}, silent) == SearchEnd::kFinished, "a search ends");
    return {process_cpu_seconds() - cpu, wall_seconds() - wall};
  }

  Json versions() const override { return Json::object(); }

 private:
  void tell(Point point) {
    Trial trial;
    trial.number = static_cast<int>(history_.trials().size());
    trial.state = TrialState::kFinished;
    trial.loss = problem_.loss(point);
    trial.point = std::move(point);
    history_.set_trial(std::move(trial));
  }

  const Problem problem_ = mixed10();
  std::shared_ptr<const Study> study_;
  const Box box_ = whole(study_->space);
  std::unique_ptr<Sampler> sampler_;
  History history_;
};

std::string rivals_python() { return peers_folder() + "-search/bin/python"; }

class Theirs : public Searcher {
 public:
  Theirs(const std::string& name, int trials)
      : child_(name,
               {rivals_python(), CRESCENDO_BENCH_DIR "/peers/search_times.py",
                to_line(Json{{"who", name}, {"trials", trials}, {"seed", 1}})},
               {{"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"}}),
        versions_(child_.answer().at("versions")) {}

  Seconds proposals(int count) override { return answer("proposals", count, count); }
  Seconds loop(int trials) override { return answer("loop", trials, 1); }
  Json versions() const override { return versions_; }

 private:
  Seconds answer(const std::string& what, int count, int parts) {
    child_.ask(fmt::format("{} {}", what, count));
    const Json told = child_.answer();
    return {told.at("cpu").get<double>() / parts, told.at("wall").get<double>() / parts};
  }

  Child child_;
  Json versions_;
};

std::unique_ptr<Searcher> make_searcher(const Part& part, const std::string& who) {
  if (who == "ours") return std::make_unique<Ours>(part);
  return std::make_unique<Theirs>(who, part.trials);
}

/// One of those that are timed, and its times.
struct Player {
  Share share;
  std::unique_ptr<Searcher> searcher = {};
  std::vector<double> cpu = {}, wall = {};
  Json versions = {};
};

void play(const Part& part, std::vector<Player>& players, int most_rounds) {
  int rounds = 0;
  for (const Player& player : players) rounds = std::max(rounds, std::min(player.share.rounds, most_rounds));
  for (int round = 0; round < rounds; ++round) {
    for (Player& player : players) {
      if (round >= player.share.rounds) continue;
      // Each search begins with a study of its own.
      if (!player.searcher || part.loop) player.searcher = make_searcher(part, player.share.who);
      player.versions = player.searcher->versions();
      const int count = player.share.count;
      const Seconds seconds = part.loop ? player.searcher->loop(count) : player.searcher->proposals(count);
      player.cpu.push_back(seconds.cpu);
      player.wall.push_back(seconds.wall);
    }
  }
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

void append_rows(const std::string& file, const Json& run, const Part& part, const std::vector<Player>& players) {
  if (file.empty()) return;
  std::ofstream out(file, std::ios::app);
  for (const Player& player : players) {
    Json row = run;
    row["part"] = part.name;
    row["who"] = player.share.who;
    row["versions"] = player.versions;
    row["median"] = median(player.cpu);
    row["cpu"] = player.cpu;
    row["wall"] = player.wall;
    out << to_line(row) << "\n";
  }
  out.flush();
  if (!out) unavailable("cannot write rows to " + file);
}

void print(const Part& part, const std::vector<Player>& players) {
  const double own = median(players.front().cpu);
  for (const Player& player : players) {
    const double seconds = median(player.cpu);
    fmt::print("{:<10} {:<8} {:12.3f} ms", part.name, player.share.who, 1e3 * seconds);
    if (&player != &players.front()) fmt::print(", ours is {:.1f} times as fast", seconds / own);
    fmt::print("\n");
  }
  std::fflush(stdout);
}

struct Choice {
  std::vector<std::string> parts, rivals;  // empty: all
  bool no_rivals = false;
  int rounds = 1000;  // at most
  std::string rows;
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t from = 0, to; from <= list.size(); from = to + 1) {
    to = std::min(list.find(',', from), list.size());
    parts.push_back(list.substr(from, to - from));
  }
  return parts;
}

void check_names(const char* what, const std::vector<std::string>& given, const std::vector<std::string>& known) {
  for (const std::string& name : given) {
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      bad_input(fmt::format("no {} called '{}'; there are: {}", what, name, fmt::join(known, " ")));
    }
  }
}

Choice parse(int count, char** arguments) {
  Choice choice;
  for (int i = 1; i < count; ++i) {
    const std::string flag = arguments[i];
    if (flag != "--parts" && flag != "--rivals" && flag != "--rounds" && flag != "--rows") {
      bad_input("no option called '" + flag + "'; there are: --parts --rivals --rounds --rows");
    }
    if (i + 1 >= count) bad_input(flag + " needs a value");
    const std::string value = arguments[++i];
    if (flag == "--rows") choice.rows = value;
    if (flag == "--parts") choice.parts = split(value);
    if (flag == "--rivals" && value == "none") choice.no_rivals = true;
    if (flag == "--rivals" && value != "none" && value != "all") choice.rivals = split(value);
    if (flag == "--rounds") choice.rounds = std::max(1, std::atoi(value.c_str()));
  }
  std::vector<std::string> names;
  for (const Part& part : kParts) names.push_back(part.name);
  check_names("part", choice.parts, names);
  check_names("rival", choice.rivals, {"rustuna", "optuna", "optuna_gp", "smac"});
  return choice;
}

bool is_chosen(const std::vector<std::string>& list, const std::string& name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

// Whether the file has a row of everybody who would be timed.
bool is_done(const std::string& file, const Json& run, const Part& part, const std::vector<Player>& players) {
  std::vector<std::string> found;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const Json row = parse_json(line, "a row of " + file);
    const auto same = [&](const char* key) { return row.at(key) == run.at(key); };
    if (row.at("part") == part.name && same("commit") && same("machine") && same("compiler")) {
      found.push_back(row.at("who"));
    }
  }
  return std::all_of(players.begin(), players.end(), [&](const Player& player) {
    return std::find(found.begin(), found.end(), player.share.who) != found.end();
  });
}

void run(const Choice& choice) {
  const Json run = run_description("any");
  const bool rivals = !choice.no_rivals && std::filesystem::exists(rivals_python());
  if (!rivals && !choice.no_rivals) fmt::print("without rivals: no {}: run 'make peers'\n", rivals_python());
  for (const Part& part : kParts) {
    if (!is_chosen(choice.parts, part.name)) continue;
    std::vector<Player> players;
    for (const Share& share : part.shares) {
      if (share.who == "ours" || (rivals && is_chosen(choice.rivals, share.who))) players.push_back({share});
    }
    if (!choice.rows.empty() && is_done(choice.rows, run, part, players)) {
      fmt::print("{:<10} is in {}\n", part.name, choice.rows);
      continue;
    }
    play(part, players, choice.rounds);
    append_rows(choice.rows, run, part, players);
    print(part, players);
  }
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  return crescendo::exit_status("micro_samplers", [&] { crescendo::run(crescendo::parse(count, arguments)); });
}
