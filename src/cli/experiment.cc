#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <ctime>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>
#include <tuple>

#include "base/files.h"
#include "cli/commands.h"
#include "cli/experiment_rows.h"
#include "cli/interrupt.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "search/experiment_runner.h"
#include "search/retrain.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

struct ExperimentOptions {
  std::string file, out, rows;
  std::vector<std::string> only, notes;
  int jobs = 1;
  bool list = false, quiet = false;
};

std::string mean_text(const std::vector<double>& values, const std::function<std::string(double)>& text) {
  if (values.empty()) return "";
  const Spread found = spread(values);
  return values.size() == 1 ? text(found.mean) : fmt::format("{} +- {}", text(found.mean), text(found.std));
}

/// What the rows of an experiment come to, a line for each objective, ladder, schedule and sampler.
std::string table_text(const std::vector<Json>& rows, const std::string& experiment) {
  struct Group {
    std::vector<double> seconds, cpu_seconds, losses, tests;
  };
  std::map<std::tuple<std::string, std::string, std::string, std::string>, Group> groups;
  for (const Json& row : rows) {
    if (row.at("experiment") != experiment) continue;
    Group& group = groups[{row.at("objective"), row.at("ladder"), row.at("schedule"), row.at("sampler")}];
    group.seconds.push_back(row.at("seconds"));
    group.cpu_seconds.push_back(row.at("cpu_seconds"));
    if (!row.at("loss").is_null()) group.losses.push_back(row.at("loss"));
    const auto tests = row.value("test_errors", std::vector<double>());
    if (!tests.empty()) group.tests.push_back(spread(tests).mean);
  }
  std::vector<std::vector<std::string>> lines = {
      {"objective", "ladder", "schedule", "sampler", "cells", "wall time", "CPU time", "loss", "test error"}};
  const auto number = [](double value) { return fmt::format("{:.4g}", value); };
  for (const auto& [key, group] : groups) {
    const auto& [objective, ladder, schedule, sampler] = key;
    lines.push_back({objective, ladder, schedule, sampler, std::to_string(group.seconds.size()),
                     duration_text(spread(group.seconds).mean), duration_text(spread(group.cpu_seconds).mean),
                     mean_text(group.losses, number), mean_text(group.tests, percent)});
  }
  return lines.size() == 1 ? "no cell has ended yet\n" : table(lines, "llllrrrrr");
}

class Experimenter {
 public:
  explicit Experimenter(const ExperimentOptions& options)
      : options_(options),
        file_(options.file),
        experiment_(parse_experiment(read_file(file_), options.file, file_.parent_path())),
        out_(options.out.empty() ? fs::path(experiment_.name + "-out") : fs::path(options.out)),
        rows_file_(options.rows.empty() ? out_ / "rows.jsonl" : fs::path(options.rows)),
        notes_(parse_notes(options.notes)) {
    for (const ExperimentCell& cell : experiment_.cells) {
      if (chosen(cell)) cells_.push_back(cell);
    }
    if (cells_.empty()) bad_input("--only leaves none of the experiment's cells");
  }

  int run() {
    check_cells();
    if (options_.list) return list();
    make_writable_folder(out_);
    ExperimentRows rows(rows_file_);
    rows.begin_writing();
    for (const ExperimentCell& cell : cells_) rows.has(experiment_.labels(cell));  // each is of this experiment
    const auto store = open_store(fmt::format("sqlite:///{}", (out_ / "study.db").string()));
    ExperimentRunner runner(experiment_, *store, out_);
    const bool whole = work(rows, runner);
    if (!options_.quiet) fmt::print("{}", table_text(rows.all(), experiment_.name));
    if (whole) return kExitSucceeded;
    fmt::print(stderr, "crescendo: stopped; what has ended is kept. Run the same command to go on.\n");
    return kExitInterrupted;
  }

 private:
  static Json parse_notes(const std::vector<std::string>& notes) {
    Json json = Json::object();
    for (const std::string& note : notes) {
      const auto equals = note.find('=');
      if (equals == std::string::npos || equals == 0) bad_input(fmt::format("--note '{}' must be NAME=TEXT", note));
      const std::string name = note.substr(0, equals);
      if (is_row_field(name)) {
        bad_input(fmt::format("--note '{}': a row has a {} of its own; choose another name", note, name));
      }
      json[name] = note.substr(equals + 1);
    }
    return json;
  }

  bool chosen(const ExperimentCell& cell) const {
    const std::string name = cell.name();
    return std::all_of(options_.only.begin(), options_.only.end(),
                       [&](const std::string& part) { return name.find(part) != std::string::npos; });
  }

  // Nothing is begun, and nothing left behind, while a cell cannot be run.
  void check_cells() const {
    const auto nowhere = open_store("memory:");
    const ExperimentRunner runner(experiment_, *nowhere, out_);
    for (const ExperimentCell& cell : cells_) runner.check(cell);
  }

  int list() const {
    const ExperimentRows rows(rows_file_);
    for (const ExperimentCell& cell : cells_) {
      fmt::print("{}{}\n", cell.name(), rows.has(experiment_.labels(cell)) ? "  (has its row)" : "");
    }
    fmt::print("{}", table_text(rows.all(), experiment_.name));
    return kExitSucceeded;
  }

  /// False if it was interrupted.
  bool work(ExperimentRows& rows, ExperimentRunner& runner) {
    std::atomic<std::size_t> next = 0;
    std::atomic<bool> stopped = false;
    std::exception_ptr failure;
    const auto stop = [&] { return stopped || interrupted(); };
    {
      std::vector<std::jthread> threads;
      for (int job = 0; job < options_.jobs; ++job) {
        threads.emplace_back([&] {
          try {
            for (std::size_t i = next++; i < cells_.size() && !stop(); i = next++) run_cell(i, rows, runner, stop);
          } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!failure) failure = std::current_exception();
            stopped = true;
          }
        });
      }
    }
    if (failure) std::rethrow_exception(failure);
    return !interrupted();
  }

  void run_cell(std::size_t i, ExperimentRows& rows, ExperimentRunner& runner, const std::function<bool()>& stop) {
    {
      const std::lock_guard lock(mutex_);
      if (rows.has(experiment_.labels(cells_[i]))) return;
    }
    auto row = runner.run(cells_[i], stop);
    if (!row) return;
    row->update(notes_);
    const std::lock_guard lock(mutex_);
    if (!options_.quiet) {
      fmt::print(
          "[{}/{}] {}: {} in {}\n", i + 1, cells_.size(), cells_[i].name(),
          (*row)["loss"].is_null() ? "nothing finished" : fmt::format("loss {:.4g}", (*row)["loss"].get<double>()),
          duration_text((*row)["seconds"]));
      std::fflush(stdout);
    }
    rows.add(std::move(*row));
  }

  const ExperimentOptions& options_;
  const fs::path file_;
  const Experiment experiment_;
  const fs::path out_, rows_file_;
  const Json notes_;
  std::vector<ExperimentCell> cells_;
  std::mutex mutex_;  // of the rows, the output and a thread's failure
};

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<ExperimentOptions>();
  command.add_option("file", options->file, "the experiment, a TOML file (docs/formats.md)")
      .required()
      .check(existing_file());
  command.add_option("--out", options->out, "folder for the studies and what they leave; default: NAME-out")
      .check(not_empty());
  command.add_option("--rows", options->rows, "file of raw rows, one a finished cell; default: OUT/rows.jsonl")
      .check(not_empty());
  command
      .add_option("--only", options->only, "only cells whose names hold this text, as flat.tpe; given again: and this")
      .one_value_each();
  command.add_option("--jobs", options->jobs, "cells at a time, each with one worker")
      .check(in_range(1, 4096))
      .shows_default();
  command.add_option("--note", options->notes, "NAME=TEXT that is added to each new row, as commit=4f2a")
      .one_value_each();
  command.add_flag("--list", options->list, "only name the cells, and print the table of those that have their row");
  command.add_flag("--quiet", options->quiet, "print nothing but errors");
  return [options] { return Experimenter(*options).run(); };
}

}  // namespace

Command experiment_command() {
  return {"experiment", "run a grid of data sets, ladders, schedules, samplers and seeds as resumable cells", declare};
}

}  // namespace crescendo
