// Training on one thread, ours and the rivals' in one run: every contestant is a process of its own, and they work in
// turn, a short window each, round after round, so that whatever else the machine does meets all alike.
//
//   train [--mode train|evaluate|trial|pair] [--seconds S] [--rounds N] [--networks s32,m32,..]
//         [--isa avx512|avx2|portable] [--rivals all|none|NAME,..] [--json] [--rows FILE]
//
// train: full steps; evaluate: forward only, 256 pictures at once; trial: a whole short trial; pair: two processes at
// once against one alone. Numbers are pictures per second of CPU time (pair: of wall-clock time), medians of the
// windows.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <exception>
#include <fstream>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "bench/exit_status.h"
#include "bench/machine.h"
#include "bench/networks.h"
#include "bench/rivals.h"
#include "crescendo/error.h"
#include "train/kernels/dispatch.h"
#include "train/kernels/ops.h"

namespace crescendo {
namespace {

constexpr double kWindowSeconds = 0.3;
constexpr int kEvaluatedAtOnce = 256;
constexpr int kTrialRounds = 3;  // each is seconds long by itself

struct Choice {
  std::string mode = "train";
  double seconds = 3;                 // of each contestant on each network
  std::optional<int> rounds;          // none: as many windows as fill the seconds, or kTrialRounds trials
  std::vector<std::string> networks;  // empty: standard_networks()
  std::string isa;
  std::optional<std::string> rivals;  // none: standard_rivals()
  bool json = false;
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

double positive(const std::string& flag, const std::string& text) {
  std::size_t used = 0;
  double value = 0;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  if (used == 0 || used != text.size() || !(value > 0 && value < 1e6)) {
    bad_input(fmt::format("{} needs a number above 0, not '{}'", flag, text));
  }
  return value;
}

Choice parse(int count, char** arguments) {
  Choice choice;
  for (int i = 1; i < count; ++i) {
    const std::string flag = arguments[i];
    const auto value = [&]() -> std::string {
      if (i + 1 >= count) bad_input(flag + " needs a value");
      return arguments[++i];
    };
    if (flag == "--json") {
      choice.json = true;
    } else if (flag == "--mode") {
      choice.mode = value();
      if (choice.mode != "train" && choice.mode != "evaluate" && choice.mode != "trial" && choice.mode != "pair") {
        bad_input("no mode called '" + choice.mode + "'; there are: train evaluate trial pair");
      }
    } else if (flag == "--isa") {
      choice.isa = value();
    } else if (flag == "--seconds") {
      choice.seconds = positive(flag, value());
    } else if (flag == "--rounds") {
      choice.rounds = std::max(1, static_cast<int>(positive(flag, value())));
    } else if (flag == "--networks") {
      choice.networks = split(value());
    } else if (flag == "--rivals") {
      choice.rivals = value();
    } else if (flag == "--rows") {
      choice.rows = value();
    } else {
      bad_input("no option called '" + flag +
                "'; there are: --mode --seconds --rounds --networks --isa --rivals --json --rows");
    }
  }
  return choice;
}

int rounds_of(const Choice& choice) {
  if (choice.rounds) return *choice.rounds;
  if (choice.mode == "trial") return kTrialRounds;
  return std::max(1, static_cast<int>(std::lround(choice.seconds / kWindowSeconds)));
}

std::string standard_rivals(const std::string& mode) {
  if (mode == "train") return "all";
  if (mode == "pair") return "none";  // it is about us
  return "pytorch";
}

/// A trial of the larger ones takes PyTorch a quarter of an hour.
std::vector<std::string> standard_networks(const std::string& mode) {
  if (mode == "trial") return {"s32", "m32", "s64", "fc64"};
  return {};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double peak_gflops(const KernelSet& kernels) {
  alignas(64) float sink[2] = {0.999f, 1e-3f};
  double best = 0;
  for (int window = 0; window < 5; ++window) {
    const double start = thread_cpu_seconds();
    double flops = 0, elapsed = 0;
    while (elapsed < 0.1) {
      flops += kernels.ops().fma_chain(1'000'000, sink);
      elapsed = thread_cpu_seconds() - start;
    }
    best = std::max(best, flops / elapsed / 1e9);
  }
  return best;
}

/// What one contestant did on one network.
struct Result {
  std::string who;
  std::vector<double> windows;  // pictures a second: of CPU time, or of wall-clock time for both of a pair
  std::vector<double> alone;    // of wall-clock time; pairs only
  double cpu = 0, wall = 0;     // seconds in all
  double memory_mib = 0;        // most that was resident, less what was before the network was made
  double before_mib = 0;
  double import_seconds = 0;
  Json versions;

  double middle() const { return median(windows); }
  double best() const { return *std::max_element(windows.begin(), windows.end()); }
  double gain() const { return middle() / median(alone); }
};

/// One contestant on one network, once or twice.
class Player {
 public:
  Player(const Contestant& contestant, const std::string& ask, bool pair) {
    result_.who = contestant.name;
    std::vector<std::string> command = contestant.command;
    command.push_back(ask);
    for (int i = 0; i < (pair ? 2 : 1); ++i) {
      processes_.push_back(std::make_unique<Child>(contestant.name, command, contestant.environment));
    }
  }

  void wait_until_warm() {
    for (const auto& process : processes_) {
      const Json ready = process->answer();
      result_.versions = ready.at("versions");
      result_.import_seconds = ready.at("import_seconds");
      result_.before_mib = ready.at("before_mib");
      first_results_ = ready.at("first_results").get<std::vector<double>>();
    }
  }

  void play(double seconds) {
    const std::string request = fmt::format("window {}", seconds);
    if (processes_.size() == 1) {
      processes_[0]->ask(request);
      const Json window = processes_[0]->answer();
      add_times(window);
      result_.windows.push_back(window.at("images").get<double>() / window.at("cpu").get<double>());
      return;
    }
    const auto rate = [&](Child& process) {
      const Json window = process.answer();
      add_times(window);
      return window.at("images").get<double>() / window.at("wall").get<double>();
    };
    processes_[0]->ask(request);
    result_.alone.push_back(rate(*processes_[0]));
    processes_[0]->ask(request);
    processes_[1]->ask(request);
    const double first = rate(*processes_[0]);
    result_.windows.push_back(first + rate(*processes_[1]));
  }

  Result finish() {
    processes_[0]->ask("memory");
    result_.memory_mib = processes_[0]->answer().at("peak_mib").get<double>() - result_.before_mib;
    processes_.clear();
    return result_;
  }

  const Result& result() const { return result_; }
  const std::vector<double>& first_results() const { return first_results_; }

 private:
  void add_times(const Json& window) {
    result_.cpu += window.at("cpu").get<double>();
    result_.wall += window.at("wall").get<double>();
  }

  std::vector<std::unique_ptr<Child>> processes_;
  Result result_;
  std::vector<double> first_results_;
};

/// oneDNN begins with our weights and pictures, so the two must see the same losses: the same maths is timed.
void check_same_maths(const std::vector<double>& own, const Result& rival, const std::vector<double>& theirs) {
  const double tolerance = rival.who.ends_with("bf16") ? 2e-2 : 1e-4;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (std::abs(theirs[i] - own[i]) <= tolerance * std::abs(own[i])) continue;
    unavailable(
        fmt::format("{} computes something else than we: a loss of {} where ours is {}", rival.who, theirs[i], own[i]));
  }
}

/// All contestants on one network, ours first.
std::vector<Result> contest(const Choice& choice, const Subject& subject, const std::vector<Contestant>& contestants) {
  Json ask = asked_shape_json(subject.shape);
  ask["mode"] = choice.mode == "pair" ? "train" : choice.mode;
  ask["batch"] = choice.mode == "evaluate" ? kEvaluatedAtOnce : subject.batch;
  std::vector<std::unique_ptr<Player>> players;
  for (const Contestant& contestant : contestants) {
    players.push_back(std::make_unique<Player>(contestant, to_line(ask), choice.mode == "pair"));
  }
  for (const auto& player : players) player->wait_until_warm();
  for (const auto& player : players) {
    if (player->result().who.starts_with("onednn")) {
      check_same_maths(players[0]->first_results(), player->result(), player->first_results());
    }
  }
  for (int round = 0; round < rounds_of(choice); ++round) {
    for (const auto& player : players) player->play(choice.mode == "trial" ? 0 : kWindowSeconds);
  }
  std::vector<Result> results;
  for (const auto& player : players) results.push_back(player->finish());
  return results;
}

/// Medians by name, with the best of a product's tuned forms as its tuned form.
std::map<std::string, double> rates_of_rivals(const std::vector<Result>& results) {
  std::map<std::string, double> rates;
  for (std::size_t i = 1; i < results.size(); ++i) {
    rates[results[i].who] = results[i].middle();
    const std::string group = tuned_group(results[i].who);
    if (!group.empty()) rates[group] = std::max(rates[group], results[i].middle());
  }
  return rates;
}

/// None where only a part of a picture's work is counted in flops.
std::optional<double> fraction_of_peak(const Choice& choice, const Subject& subject, double rate, double peak) {
  if (choice.mode == "train") return rate * step_flops(subject.shape) / 1e9 / peak;
  if (choice.mode == "evaluate") return rate * forward_flops(subject.shape) / 1e9 / peak;
  return std::nullopt;
}

Json network_report(const Choice& choice, const Subject& subject, const std::vector<Result>& results, double peak) {
  const Result& own = results.front();
  Json report = {{"name", subject.name}, {"ours", own.middle()}, {"best", own.best()}, {"memory_mib", own.memory_mib}};
  if (const auto fraction = fraction_of_peak(choice, subject, own.middle(), peak))
    report["fraction_of_peak"] = *fraction;
  if (choice.mode == "pair") {
    report["alone"] = median(own.alone);
    report["gain"] = own.gain();
  }
  report["rivals"] = Json::object();
  for (const auto& [name, rate] : rates_of_rivals(results)) report["rivals"][name] = rate;
  for (std::size_t i = 1; i < results.size(); ++i) {
    const Result& rival = results[i];
    report["rivals_memory_mib"][rival.who] = rival.memory_mib;
    if (choice.mode == "trial") report["import_seconds"][rival.who] = rival.import_seconds;
    if (choice.mode == "pair") report["rivals_gain"][rival.who] = rival.gain();
  }
  return report;
}

void print_network(const Choice& choice, const Subject& subject, const std::vector<Result>& results, double peak) {
  const Result& own = results.front();
  for (const Result& one : results) {
    fmt::print("{:<6} {:<41} {:9.1f} images/s, best {:9.1f}, {:6.0f} MiB", &one == &own ? subject.name : "", one.who,
               one.middle(), one.best(), one.memory_mib);
    if (const auto fraction = fraction_of_peak(choice, subject, one.middle(), peak)) {
      fmt::print(", {:4.0f} % of peak", 100 * *fraction);
    }
    if (choice.mode == "pair") fmt::print(", {:.2f} times one alone", one.gain());
    if (choice.mode == "trial") fmt::print(", import {:.1f} s", one.import_seconds);
    if (&one != &own) fmt::print(", ours is {:.2f} times it", own.middle() / one.middle());
    fmt::print("\n");
  }
  std::fflush(stdout);
}

void append_rows(const Choice& choice, const Json& run, const Subject& subject, const std::vector<Result>& results,
                 double peak) {
  if (choice.rows.empty()) return;
  std::ofstream out(choice.rows, std::ios::app);
  for (const Result& result : results) {
    Json row = run;
    row["mode"] = choice.mode;
    row["network"] = subject.name;
    row["who"] = result.who;
    row["versions"] = result.versions;
    row["median"] = result.middle();
    row["best"] = result.best();
    row["windows"] = result.windows;
    if (choice.mode == "pair") row["alone"] = result.alone;
    row["cpu"] = result.cpu;
    row["wall"] = result.wall;
    row["memory_mib"] = result.memory_mib;
    row["before_mib"] = result.before_mib;
    if (choice.mode == "trial") row["import_seconds"] = result.import_seconds;
    if (const auto fraction = fraction_of_peak(choice, subject, result.middle(), peak)) {
      row["fraction_of_peak"] = *fraction;
    }
    out << to_line(row) << "\n";
  }
  out.flush();
  if (!out) unavailable("cannot write rows to " + choice.rows);
}

/// One line for all that lack the same.
void print_missing(const std::vector<Contestant>& all) {
  std::map<std::string, std::vector<std::string>> by_reason;
  for (const Contestant& rival : all) {
    if (!rival.missing.empty()) by_reason[rival.missing].push_back(rival.name);
  }
  for (const auto& [reason, names] : by_reason) fmt::print("without {}: {}\n", fmt::join(names, ", "), reason);
}

void run(const Choice& choice) {
  if (!choice.rows.empty() && !std::ofstream(choice.rows, std::ios::app)) {
    bad_input("cannot write to the file of rows '" + choice.rows + "'");
  }
  const KernelSet& kernels = choose_kernels(choice.isa);
  const std::vector<Subject> subjects =
      subjects_called(choice.networks.empty() ? standard_networks(choice.mode) : choice.networks);
  const auto all = rivals(kernels.name, choice.mode);
  std::vector<Contestant> contestants = choose_rivals(all, choice.rivals.value_or(standard_rivals(choice.mode)));
  contestants.insert(contestants.begin(), ours(kernels.name));
  const double peak = peak_gflops(kernels);
  Json run = run_description(kernels.name);
  run["peak_gflops"] = peak;
  Json report = {{"isa", kernels.name}, {"peak_gflops", peak}, {"mode", choice.mode}, {"networks", Json::array()}};
  if (!choice.json) {
    fmt::print("{}, {}, peak of one core {:.1f} GFLOP/s\n", processor_name(), kernels.name, peak);
    print_missing(all);
  }
  for (const Subject& subject : subjects) {
    const std::vector<Result> results = contest(choice, subject, contestants);
    append_rows(choice, run, subject, results, peak);
    report["networks"].push_back(network_report(choice, subject, results, peak));
    if (!choice.json) print_network(choice, subject, results, peak);
  }
  if (choice.json) fmt::print("{}\n", to_line(report));
}

}  // namespace
}  // namespace crescendo

int main(int count, char** arguments) {
  return crescendo::exit_status("train", [&] { crescendo::run(crescendo::parse(count, arguments)); });
}
