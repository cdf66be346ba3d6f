// How soon a schedule with a sampler finds a good point at the full size of pictures: simulated searches of one worker
// on tables that were learnt from real trials (bench/results/size_trials.jsonl). One raw row a search; one that has its
// row is not run again.
//
//   schedules --collect URL                       adds the trials of the studies in a store to the table's rows
//   schedules [--rows FILE] [--methods PRESET|SCHEDULE[:OPTION=VALUE]..+SAMPLER[:OPTION=VALUE]..,..] [--data NAME,..]
//             [--sides PX,..] [--shares S,..] [--trials N] [--share S] [--seeds N] [--noise SD]
//
// Every method but flat gets S times the time that flat with random points takes for N trials (S = 0: N trials).

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.h"
#include "bench/exit_status.h"
#include "bench/method.h"
#include "bench/size_table.h"
#include "crescendo/error.h"
#include "crescendo/history.h"
#include "crescendo/rng.h"
#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "objective/cnn_space.h"
#include "search/claiming.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

const fs::path kTrials = CRESCENDO_BENCH_DIR "/results/size_trials.jsonl";

struct Choice {
  std::string collect, rows = CRESCENDO_BENCH_DIR "/results/schedules.jsonl";
  std::vector<std::string> methods = {"flat+random", "flat+tpe", "iis", "iis+tpe", "adaptive+tpe", "asha+tpe"},
                           data = {"clothing10"};
  std::vector<int> sides_px = {16, 32, 64};
  std::vector<double> shares;  // of the rungs; empty: the usual ones
  int trials = 60, seeds = 50;
  double share = 0.3, noise = 0.015;
};

Choice parse(int count, char** arguments) {
  Choice choice;
  CLI::App app("How soon a schedule finds a good point");
  app.add_option("--collect", choice.collect);
  app.add_option("--rows", choice.rows);
  app.add_option("--methods", choice.methods)->delimiter(',');
  app.add_option("--data", choice.data)->delimiter(',');
  app.add_option("--sides", choice.sides_px)->delimiter(',')->check(CLI::Range(4, 1024));
  app.add_option("--shares", choice.shares)->delimiter(',')->check(CLI::PositiveNumber);
  app.add_option("--trials", choice.trials)->check(CLI::PositiveNumber);
  app.add_option("--share", choice.share)->check(CLI::NonNegativeNumber);
  app.add_option("--seeds", choice.seeds)->check(CLI::PositiveNumber);
  app.add_option("--noise", choice.noise)->check(CLI::NonNegativeNumber);
  try {
    app.parse(count, arguments);
  } catch (const CLI::ParseError& error) {
    bad_input(error.what());
  }
  if (!choice.shares.empty() && choice.shares.size() != choice.sides_px.size()) bad_input("--shares needs one a side");
  return choice;
}

void collect(const std::string& url) {
  const auto store = open_existing_store(url);
  std::set<std::pair<std::string, int>> there;
  if (std::ifstream in(kTrials); in) {
    for (std::string line; std::getline(in, line);) {
      const Json row = parse_json(line, kTrials.string());
      there.emplace(row.at("study"), row.at("trial"));
    }
  }
  std::ofstream out(kTrials, std::ios::app);
  int added = 0;
  for (const Json& row : size_trial_rows(*store)) {
    if (!there.emplace(row.at("study"), row.at("trial")).second) continue;
    out << to_line(row) << "\n";
    ++added;
  }
  out.flush();
  if (!out) unavailable("cannot write rows to " + kTrials.string());
  fmt::print("{} trials added to {}\n", added, kTrials.string());
}

/// A search of one worker on a table, to its end.
class SimulatedSearch {
 public:
  SimulatedSearch(const SizeTable& table, const Study& study)
      : table_(table),
        study_(std::make_shared<const Study>(study)),
        schedule_(make_schedule(*study_)),
        sampler_(make_sampler(*study_)),
        history_(study_) {}

  /// The row of what it came to.
  Json run() {
    for (;;) {
      const Step step = next_step(history_, *schedule_, *sampler_);
      check(!std::holds_alternative<Wait>(step), "the only worker never waits");
      if (std::holds_alternative<Finish>(step)) break;
      execute(step);
    }
    Json counts = Json::array();
    for (int rung = 0; rung <= study_->top(); ++rung) counts.push_back(history_.at_rung(rung).size());
    return {{"seconds", history_.elapsed_seconds()}, {"rungs", counts}, {"curve", curve_}};
  }

 private:
  int side_px(int rung) const {
    return static_cast<int>(study_->ladder[static_cast<std::size_t>(rung)].fidelity.at("image_side"));
  }

  Trial claimed(const Step& step) {
    Trial trial;
    trial.number = static_cast<int>(history_.trials().size());
    trial.elapsed_seconds = history_.elapsed_seconds();
    if (const auto* promote = std::get_if<Promote>(&step)) {
      trial.rung = promote->rung;
      trial.tag = promote->tag;
      trial.parent = promote->parent;
      trial.point = history_.trial(promote->parent).point;
      return trial;
    }
    const auto& start = std::get<Start>(step);
    trial.rung = claimed_rung(start, *study_);
    trial.tag = claimed_tag(start);
    if (!history_.find_box(trial.rung, start.box)) history_.add_box(trial.rung, start.box);
    trial.box = history_.find_box(trial.rung, start.box);
    history_.set_trial(trial);
    Rng rng = proposal_stream(*study_, trial.number, 0);
    const Proposal proposed = propose(*sampler_, history_, trial.number, rng);
    trial.point = proposed.point;
    trial.rung = proposed.rung.value_or(trial.rung);
    return trial;
  }

  void execute(const Step& step) {
    Trial trial = claimed(step);
    const int side = side_px(trial.rung);
    trial.loss = table_.noisy_error(*trial.point, side, trial_seed(*study_, trial.number));
    trial.seconds = trial.cpu_seconds = table_.cpu_seconds(*trial.point, side);
    trial.state = TrialState::kFinished;
    history_.set_elapsed_seconds(history_.elapsed_seconds() + trial.seconds);
    history_.set_trial(trial);
    if (trial.rung != study_->top() || trial.loss >= best_) return;
    best_ = trial.loss;
    const double expected = table_.error(*trial.point, side);
    curve_.push_back(Json::array({history_.elapsed_seconds(), best_, expected}));
  }

  const SizeTable& table_;
  std::shared_ptr<const Study> study_;
  std::unique_ptr<Schedule> schedule_;
  std::unique_ptr<Sampler> sampler_;
  History history_;
  double best_ = 2;  // above every error
  Json curve_ = Json::array();
};

// What a row is of, the trials that its table was learnt from and their noise among it.
constexpr std::array kKey = {"problem", "table", "noise", "method", "trials", "share", "shares", "seed"};

Json key_of(const Json& row) {
  Json key = Json::array();
  for (const char* field : kKey) key.push_back(row.value(field, Json::array()));  // earlier rows have no shares
  return key;
}

class Schedules {
 public:
  explicit Schedules(const Choice& choice) : choice_(choice) {
    std::ifstream in(choice.rows);
    for (std::string line; std::getline(in, line);) there_.insert(to_line(key_of(parse_json(line, choice.rows))));
  }

  void run(const std::string& data, const std::vector<SizeTrial>& all) {
    std::vector<SizeTrial> trials;
    std::copy_if(all.begin(), all.end(), std::back_inserter(trials),
                 [&](const SizeTrial& t) { return t.data == data; });
    if (trials.empty()) bad_input("no trials of '" + data + "' in " + kTrials.string());
    const SizeTable table(cnn_space(choice_.sides_px.back()), trials, choice_.sides_px.back(), choice_.noise);
    const std::string problem = fmt::format("{} {}", data, fmt::join(choice_.sides_px, "-"));
    for (int seed = 0; seed < choice_.seeds; ++seed) {
      std::optional<double> flat_seconds;
      for (const std::string& name : choice_.methods) {
        const Method method = parse_method(name);
        const double share = method.schedule.name == "flat" ? 0 : choice_.share;
        Json row = {{"problem", problem},       {"table", trials.size()}, {"noise", choice_.noise},   {"method", name},
                    {"trials", choice_.trials}, {"share", share},         {"shares", choice_.shares}, {"seed", seed}};
        if (there_.contains(to_line(key_of(row)))) continue;
        Study study = study_of(table, method, seed);
        if (share > 0) {
          if (!flat_seconds) {
            const Study flat = study_of(table, parse_method("flat+random"), seed);
            flat_seconds = SimulatedSearch(table, flat).run().at("seconds").get<double>();
          }
          study.budget.trials.reset();
          study.budget.seconds = share * *flat_seconds;
        }
        row.update(SimulatedSearch(table, study).run());
        std::ofstream out(choice_.rows, std::ios::app);
        out << to_line(row) << "\n";
        out.flush();
        if (!out) unavailable("cannot write rows to " + choice_.rows);
      }
    }
    fmt::print("{}: {} methods, {} seeds, on {} trials\n", problem, choice_.methods.size(), choice_.seeds,
               trials.size());
  }

 private:
  Study study_of(const SizeTable& table, const Method& method, int seed) const {
    Study study;
    study.name = method.name;
    study.seed = static_cast<std::uint64_t>(seed);
    study.objective = {"simulated"};
    study.sampler = method.sampler;
    study.schedule = method.schedule;
    study.schedule.options.try_emplace("repeats", 0.0);
    study.ladder = image_ladder(choice_.sides_px, 1);
    for (std::size_t i = 0; i < choice_.shares.size(); ++i) study.ladder[i].share = choice_.shares[i];
    study.space = table.space();
    study.budget.trials = choice_.trials;
    return study;
  }

  const Choice& choice_;
  std::set<std::string> there_;  // keys of the rows
};

void run(const Choice& choice) {
  if (!choice.collect.empty()) return collect(choice.collect);
  const std::vector<SizeTrial> trials = read_size_trials(kTrials);
  Schedules schedules(choice);
  for (const std::string& data : choice.data) schedules.run(data, trials);
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  return crescendo::exit_status("schedules", [&] { crescendo::run(crescendo::parse(count, arguments)); });
}
