// Errors of functional ANOVA's shares on functions whose shares are known, and its time, ours and the rivals' on the
// same trials, in turn.
//
//   importance [--parts PART,..] [--rivals all|none|NAME,..] [--seeds N] [--rounds N] [--problems FOLDER] [--rows FILE]
//
// Part `error`: 1,000 uniform trials; "worst" is the largest absolute error of a main-effect share and "sum" the sum of
// them, means over the seeds; "worst_pair" the same of pairs' interactions, ours alone, because theirs take minutes.
// With --problems (a folder with tabular/hpolib) the FCNet tables too. Parts `main_1000`, `main_10000`, `pairs_1000`:
// seconds of CPU time for 64 trees on mixed10, medians of the rounds, in which all work in turn; pairs are all 45, main
// effects included.
//
// Part `variants`: "worst" of other models than the one that was chosen, by trees alone and by trees of what the smooth
// model leaves over.
//
// A rival is bench/peers/importance_peers.py in the environment that `make peers` installs (fanova is
// to be installed there by hand).

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <optional>

#include "bench/child.h"
#include "bench/exit_status.h"
#include "bench/importance_problems.h"
#include "bench/machine.h"
#include "bench/rivals.h"
#include "crescendo/error.h"
#include "crescendo/importance.h"
#include "crescendo/rng.h"
#include "importance/decomposition.h"
#include "space/encode.h"
#include "space/parse.h"

namespace crescendo {
namespace {

constexpr int kTrials = 1000;
constexpr std::string_view kOurs = "crescendo";
const std::vector<std::string> kRivals = {"optuna_fast_fanova", "fanova", "optuna"};

struct Options {
  std::string parts = "all", rivals = "none", problems, rows;
  int seeds = 5, rounds = 5;
};

struct Answer {
  std::vector<double> main;
  std::vector<AnovaProblem::Pair> pairs;
  double cpu = 0;
};

/// Whoever is asked for shares.
class Analyst {
 public:
  virtual ~Analyst() = default;
  virtual std::string name() const = 0;
  virtual Json versions() const { return Json::object(); }
  virtual bool knows_pairs() const = 0;
  virtual Answer analyse(const TrialTable& trials, bool pairs, std::uint64_t seed) = 0;
};

class Ours : public Analyst {
 public:
  std::string name() const override { return std::string(kOurs); }
  bool knows_pairs() const override { return true; }
  Answer analyse(const TrialTable& trials, bool pairs, std::uint64_t seed) override {
    ImportanceOptions options;
    options.pairs = pairs;
    options.seed = seed;
    const std::clock_t begin = std::clock();
    const Importance found = importance(trials, options);
    Answer answer;
    answer.cpu = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    for (const Share& share : found.main) answer.main.push_back(share.share);
    for (const PairShare& pair : found.pairs) answer.pairs.push_back({pair.a, pair.b, pair.share.share});
    return answer;
  }
};

/// Our decomposition of another model.
class Variant : public Analyst {
 public:
  Variant(std::string name, bool smooth, const ForestOptions& forest)
      : name_(std::move(name)), options_{forest, smooth, 0} {}
  std::string name() const override { return name_; }
  bool knows_pairs() const override { return false; }
  Answer analyse(const TrialTable& trials, bool, std::uint64_t seed) override {
    options_.seed = seed;
    const std::clock_t begin = std::clock();
    const CellTable table = make_cell_table(trials);
    const Decomposition parts(table, options_);
    Answer answer;
    for (std::size_t axis = 0; axis < table.width(); ++axis) answer.main.push_back(parts.main_share(axis).share);
    answer.cpu = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    return answer;
  }

 private:
  std::string name_;
  DecompositionOptions options_;
};

std::vector<Variant> variants() {
  const ForestOptions usual = usual_forest(64, ImportanceOptions().depth);
  ForestOptions all = usual, bagged, extra = usual, leaf_5 = usual, bagged_leaf_5;
  all.features_per_split = 1;
  bagged.trees = bagged_leaf_5.trees = 64;
  extra.splitter = Splitter::kRandom;
  extra.features_per_split = 1;
  leaf_5.min_leaf = bagged_leaf_5.min_leaf = 5;
  return {{"trees alone: bagged", false, bagged},
          {"trees alone: bagged, leaves of 5", false, bagged_leaf_5},
          {"trees alone: extra-trees", false, extra},
          {"trees alone: as chosen", false, usual},
          {"smooth and bagged", true, bagged},
          {"smooth and extra-trees", true, extra},
          {"smooth and trees of all parameters", true, all},
          {"smooth and leaves of 5", true, leaf_5},
          {"smooth and trees as chosen", true, usual}};
}

class Rival : public Analyst {
 public:
  explicit Rival(std::string name)
      : name_(std::move(name)),
        child_(name_,
               {peers_folder() + "-importance/bin/python", CRESCENDO_BENCH_DIR "/peers/importance_peers.py", name_},
               {{"OMP_NUM_THREADS", "1"}, {"OPENBLAS_NUM_THREADS", "1"}}) {
    const Json first = child_.answer();
    versions_ = first.at("versions");
    knows_pairs_ = first.at("pairs");
  }
  std::string name() const override { return name_; }
  Json versions() const override { return versions_; }
  bool knows_pairs() const override { return knows_pairs_; }
  Answer analyse(const TrialTable& trials, bool pairs, std::uint64_t seed) override {
    Json ask = {{"space", to_json(trials.space)},
                {"points", Json::array()},
                {"losses", trials.losses},
                {"pairs", pairs},
                {"seed", seed}};
    for (const Point& point : trials.points) ask["points"].push_back(point_to_json(trials.space, point));
    child_.ask(to_line(ask));
    const Json json = child_.answer();
    Answer answer;
    answer.main = json.at("main").get<std::vector<double>>();
    for (const Json& pair : json.at("pairs")) answer.pairs.push_back({pair.at(0), pair.at(1), pair.at(2)});
    answer.cpu = json.at("cpu");
    return answer;
  }

 private:
  std::string name_;
  Child child_;
  Json versions_;
  bool knows_pairs_ = false;
};

TrialTable draw(const AnovaProblem& problem, int count, std::uint64_t seed) {
  Rng rng(seed, {77});
  TrialTable trials{problem.space, {}, {}};
  const Box box = whole(problem.space);
  for (int i = 0; i < count; ++i) {
    std::vector<double> unit(problem.space.size());
    for (double& u : unit) u = rng.uniform();
    trials.points.push_back(point_in_box(problem.space, box, unit));
    trials.losses.push_back(problem.loss(trials.points.back()));
  }
  return trials;
}

double worst_pair(const Answer& answer, const AnovaProblem& problem) {
  double worst = 0;
  for (const auto& found : answer.pairs) {
    double exact = 0;
    for (const auto& pair : problem.pairs) {
      if (pair.a == found.a && pair.b == found.b) exact = pair.share;
    }
    worst = std::max(worst, std::abs(found.share - exact));
  }
  return worst;
}

class Bench {
 public:
  explicit Bench(const Options& options) : options_(options), run_(run_description("portable")) {
    run_.erase("isa");
    if (!options.rows.empty()) rows_.open(options.rows, std::ios::app);
  }

  void errors(Analyst& who, const AnovaProblem& problem, const std::string& part = "error") {
    double worst = 0, sum = 0, pairs = 0;
    const bool with_pairs = who.name() == kOurs && problem.all_pairs;
    for (int seed = 0; seed < options_.seeds; ++seed) {
      const TrialTable trials = draw(problem, kTrials, static_cast<std::uint64_t>(seed));
      const Answer answer = who.analyse(trials, with_pairs, static_cast<std::uint64_t>(seed));
      double largest = 0;
      for (std::size_t i = 0; i < problem.main.size(); ++i) {
        const double error = std::abs(answer.main[i] - problem.main[i]);
        largest = std::max(largest, error);
        sum += error / options_.seeds;
      }
      worst += largest / options_.seeds;
      pairs += worst_pair(answer, problem) / options_.seeds;
    }
    write(who, {{"part", part},
                {"problem", problem.name},
                {"seeds", options_.seeds},
                {"worst", worst},
                {"sum", sum},
                {"worst_pair", with_pairs ? Json(pairs) : Json(nullptr)}});
  }

  void times(const std::vector<Analyst*>& players, const std::string& part, int trials, bool pairs) {
    const TrialTable table = draw(anova_functions().back(), trials, 0);
    std::vector<std::vector<double>> seconds(players.size());
    for (int round = 0; round < options_.rounds; ++round) {
      for (std::size_t i = 0; i < players.size(); ++i) seconds[i].push_back(players[i]->analyse(table, pairs, 0).cpu);
    }
    for (std::size_t i = 0; i < players.size(); ++i) {
      std::sort(seconds[i].begin(), seconds[i].end());
      write(*players[i], {{"part", part},
                          {"rounds", options_.rounds},
                          {"cpu_seconds", seconds[i][seconds[i].size() / 2]},
                          {"least", seconds[i].front()},
                          {"most", seconds[i].back()}});
    }
  }

 private:
  void write(const Analyst& who, const Json& numbers) {
    Json row = run_;
    row["who"] = who.name();
    row["versions"] = who.versions();
    row.update(numbers);
    fmt::print("{}: {}\n", who.name(), to_line(numbers));
    std::fflush(stdout);
    if (rows_.is_open()) rows_ << to_line(row) << std::endl;
  }

  const Options& options_;
  Json run_;
  std::ofstream rows_;
};

bool is_chosen(const std::string& choice, const std::string& name) {
  return choice == "all" || ("," + choice + ",").find("," + name + ",") != std::string::npos;
}

std::vector<std::unique_ptr<Analyst>> analysts(const std::string& choice) {
  std::vector<std::unique_ptr<Analyst>> found;
  found.push_back(std::make_unique<Ours>());
  for (const std::string& name : kRivals) {
    if (is_chosen(choice, name)) {
      found.push_back(std::make_unique<Rival>(name));
    }
  }
  if (choice != "none" && found.size() == 1) {
    bad_input(fmt::format("--rivals takes all, none, or of: {}", fmt::join(kRivals, ", ")));
  }
  return found;
}

void run(const Options& options) {
  Bench bench(options);
  const auto who = analysts(options.rivals);
  const auto time = [&](const std::string& part, int trials, bool pairs) {
    std::vector<Analyst*> players;
    for (const auto& analyst : who) {
      const bool able = analyst->name() == kOurs || (trials <= kTrials && (!pairs || analyst->knows_pairs()));
      if (able) players.push_back(analyst.get());  // 10,000 trials take theirs minutes
    }
    if (is_chosen(options.parts, part)) bench.times(players, part, trials, pairs);
  };
  time("main_1000", 1000, false);
  time("main_10000", 10'000, false);
  time("pairs_1000", 1000, true);
  std::vector<AnovaProblem> problems = anova_functions();
  if (!options.problems.empty()) {
    for (AnovaProblem& table : anova_tables(options.problems)) problems.push_back(std::move(table));
  }
  for (const AnovaProblem& problem : problems) {
    if (is_chosen(options.parts, "error")) {
      for (const auto& analyst : who) bench.errors(*analyst, problem);
    }
    if (!is_chosen(options.parts, "variants")) continue;
    for (Variant& variant : variants()) bench.errors(variant, problem, "variants");
  }
}

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; i += 2) {
    const std::string name = argv[i];
    if (i + 1 >= argc) bad_input(name + " needs a value");
    const std::string value = argv[i + 1];
    if (name == "--parts") {
      options.parts = value;
    } else if (name == "--rivals") {
      options.rivals = value;
    } else if (name == "--problems") {
      options.problems = value;
    } else if (name == "--rows") {
      options.rows = value;
    } else if (name == "--seeds") {
      options.seeds = std::stoi(value);
    } else if (name == "--rounds") {
      options.rounds = std::stoi(value);
    } else {
      bad_input(fmt::format("no option {}; there are: --parts --rivals --seeds --rounds --problems --rows", name));
    }
  }
  return options;
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  return crescendo::exit_status("importance", [&] { crescendo::run(crescendo::parse(count, arguments)); });
}
