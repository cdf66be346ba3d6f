#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "cli/subject.h"
#include "cli/summary_text.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "objective/objectives.h"
#include "objective/program.h"
#include "search/program_study.h"
#include "space/space_file.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

constexpr double kFewPoints = 1000;  // of which there may be as many trials

Named objective_of(const TuneOptions& options) {
  if (!options.command.empty() && !options.server.empty()) {
    bad_input("give --command (a process for each trial) or --server (one for each worker), not both");
  }
  ProgramOptions program;
  program.run = options.command.empty() ? options.server : options.command;
  if (!options.loss.empty()) program.loss = options.loss;
  if (!options.time_limit.empty()) program.time_limit_seconds = parse_duration(options.time_limit, "--time-limit");
  return {options.command.empty() ? "server" : "command", to_options(program)};
}

/// A program of any kind that answers a point with a loss.
class ProgramSubject : public Subject {
 public:
  explicit ProgramSubject(const TuneOptions& options) : options_(options) {}

  Study plan() override {
    Study study = options_.study_file.empty() ? study_of_options() : study_of_file();
    maker_ = find_entry(kObjectives, study.objective.name, "objective").make(study);
    return study;
  }

  std::string plan_text(const Study& study, int jobs) const override {
    const ProgramOptions program = read_program_options(study.objective.options, study.objective.name);
    std::string text =
        fmt::format("program:  {} ({})\n", program.run,
                    study.objective.name == "command" ? "a process for each trial" : "a process for each worker");
    text += fmt::format("{} {}{}\n", study.maximize ? "maximize:" : "minimize:", program.loss,
                        program.time_limit_seconds > 0
                            ? fmt::format(", at most {} a trial", duration_text(program.time_limit_seconds))
                            : "");
    text += fmt::format("space:    {} parameter{}", study.space.size(), study.space.size() == 1 ? "" : "s");
    if (const double points = study.space.size_of_grid(); points < kFewPoints) {
      text += fmt::format(", {} point{} in all", points, points == 1 ? "" : "s");
    }
    if (const auto constraints = study.space.constraints().size(); constraints > 0) {
      text += fmt::format(", {} constraint{}", constraints, constraints == 1 ? "" : "s");
    }
    return text + "\n" + search_text(study, jobs);
  }

  void check_same(const Study& stored, const Study& wanted) const override {
    const std::string differs = difference(stored, wanted);
    if (differs.empty()) return;
    bad_input(fmt::format("the study '{}' is there and is another search: {}; use the same options, or another {}",
                          stored.name, differs, options_.storage.empty() ? "--out" : "--name"));
  }

  ObjectiveMaker objective(const Study&) override { return maker_; }

  std::vector<std::vector<std::string>> files() const override {
    return {{"best.toml", "the best point"}, {"trials/", "curve.json of each trial, and what the program left"}};
  }

 private:
  Study study_of_options() const {
    if (options_.space.empty()) {
      bad_input(
          "give the parameters with --space FILE: a TOML of [[parameter]] tables, a ConfigSpace JSON or a W&B sweep "
          "YAML");
    }
    const SpaceFile file = read_space_file(options_.space);
    if (!options_.quiet) {
      for (const std::string& note : file.notes) fmt::print(stderr, "crescendo: {}\n", note);
    }
    ProgramStudyRequest request;
    request.name = options_.study_name();
    request.objective = objective_of(options_);
    request.space = file.space;
    request.maximize = options_.maximize || file.maximize.value_or(false);
    if (options_.loss.empty() && !file.metric.empty()) request.objective.options["loss"] = file.metric;
    request.seed = options_.seed.value_or(0);
    request.preset = options_.preset;
    if (!options_.sampler.empty()) request.sampler = Named{options_.sampler};
    if (!options_.schedule.empty()) request.schedule = Named{options_.schedule};
    for (const std::string& text : options_.ladder) request.fidelities.push_back(parse_rungs(text, "--ladder"));
    request.budget = options_.budget();
    request.lag = options_.lag.value_or(0);
    return make_program_study(request);
  }

  Study study_of_file() const {
    Study study = parse_study_file(read_file(options_.study_file), options_.study_file);
    override_study(options_, study);
    return study;
  }

  const TuneOptions& options_;
  ObjectiveMaker maker_;
};

}  // namespace

std::unique_ptr<Subject> make_program_subject(const TuneOptions& options) {
  refuse_picture_options(options, "a program");
  return std::make_unique<ProgramSubject>(options);
}

}  // namespace crescendo
