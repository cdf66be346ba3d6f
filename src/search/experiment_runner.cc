#include "search/experiment_runner.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/processes.h"
#include "crescendo/error.h"
#include "crescendo/rng.h"
#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "objective/cnn_space.h"
#include "objective/objectives.h"
#include "search/image_study.h"
#include "search/presets.h"
#include "search/program_study.h"
#include "search/retrain.h"
#include "search/summary.h"
#include "space/parse.h"
#include "space/space_file.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kRetrainStream = 0x72657472;  // "retr"

/// Trials in the order in which they ended; those that have not are left out.
std::vector<const Trial*> in_order_of_end(const History& history) {
  std::vector<const Trial*> ended;
  for (const Trial& trial : history.trials()) {
    if (trial.state != TrialState::kRunning) ended.push_back(&trial);
  }
  std::sort(ended.begin(), ended.end(),
            [](const Trial* a, const Trial* b) { return a->ended_revision < b->ended_revision; });
  return ended;
}

/// [elapsed seconds, CPU seconds, trials so far, loss] of each trial at the top rung that was better than all before.
Json improvements(const History& history) {
  Json curve = Json::array();
  double cpu_seconds = 0, best = std::numeric_limits<double>::infinity();
  int ended = 0;
  for (const Trial* trial : in_order_of_end(history)) {
    cpu_seconds += trial->cpu_seconds;
    ++ended;
    const bool counts = trial->state == TrialState::kFinished && trial->rung == history.study().top();
    if (!counts || trial->loss >= best) continue;
    best = trial->loss;
    curve.push_back({trial->elapsed_seconds + trial->seconds, cpu_seconds, ended, turned(history.study(), best)});
  }
  return curve;
}

/// Adds what came of a cell to the labels that its row begins with.
Json row_of(const History& history, Json row) {
  const Study& study = history.study();
  row["rungs"] = Json::array();
  row["failed"] = 0;
  row["seconds"] = history.elapsed_seconds();
  row["cpu_seconds"] = history.cpu_seconds();
  for (int rung = 0; rung <= study.top(); ++rung) row["rungs"].push_back(history.at_rung(rung).size());
  row["failed"] = std::count_if(history.trials().begin(), history.trials().end(),
                                [](const Trial& trial) { return trial.state == TrialState::kFailed; });
  row["curve"] = improvements(history);
  row["loss"] = nullptr;
  if (const auto winner = best(history)) {
    const Trial& trial = history.trial(winner->trial);
    row["loss"] = turned(study, winner->loss);
    row["rung"] = trial.rung;
    row["point"] = point_to_json(study.space, *trial.point);
  }
  return row;
}

}  // namespace

ExperimentRunner::ExperimentRunner(const Experiment& experiment, Store& store, fs::path folder)
    : experiment_(experiment), store_(store), folder_(std::move(folder)) {}

void ExperimentRunner::check(const ExperimentCell& cell) const {
  std::shared_ptr<const DataSet> set;
  const Study study = study_of(cell, set);
  check_goes_together(study);
  make_sampler(study);
  make_schedule(study);
  if (!set) find_entry(kObjectives, study.objective.name, "objective").make(study);
}

std::optional<Json> ExperimentRunner::run(const ExperimentCell& cell, const std::function<bool()>& interrupted) {
  std::shared_ptr<const DataSet> set;
  const Study study = study_of(cell, set);
  const ObjectiveMaker objective = objective_of(cell, study, set);
  if (!store_.create(study)) {
    Study stored = store_.study(study.name);
    // A study of an earlier version lacks the options that came later, which then have their usual values.
    if (set) stored.objective.options = to_options(read_cnn_options(stored.objective.options));
    const std::string differs = difference(stored, study);
    if (!differs.empty()) {
      bad_input(
          fmt::format("{} holds another cell {}: {}; choose another --out", folder_.string(), study.name, differs));
    }
  }
  SearchOptions options;
  options.folder = folder_ / study.name;
  options.keep = 3;
  options.interrupted = interrupted;
  Observer silent;
  if (run_search(store_, store_.study(study.name), objective, options, silent) == SearchEnd::kInterrupted) return {};
  const History history = read_history(store_, study.name);
  Json row = row_of(history, experiment_.labels(cell));
  if (experiment_.retrain > 0 && study.objective.name == "cnn" && !row["loss"].is_null()) {
    const Json errors = retrained(cell, history, interrupted);
    if (errors.is_null()) return {};
    row.update(errors);
  }
  return row;
}

Study ExperimentRunner::study_of(const ExperimentCell& cell, std::shared_ptr<const DataSet>& set) const {
  return experiment_.objectives.at(cell.objective).objective.name == "cnn" ? image_study(cell, set)
                                                                           : program_study(cell);
}

Study ExperimentRunner::image_study(const ExperimentCell& cell, std::shared_ptr<const DataSet>& set) const {
  const ExperimentObjective& objective = experiment_.objectives.at(cell.objective);
  if (objective.maximize) bad_input(fmt::format("objective {}: an error is minimized", cell.objective));
  CnnOptions cnn = read_cnn_options(objective.objective.options);
  ImageStudyRequest request;
  request.name = cell.name();
  request.data = cnn.data;
  request.ladder = experiment_.ladders.at(cell.ladder);
  request.keeps_files = true;
  request.share = cnn.share;
  request.classes = cnn.classes;
  request.fold = cnn.fold;
  request.frames = cnn.frames;
  request.seed = cell.seed;
  request.sampler = experiment_.samplers.at(cell.sampler);
  request.schedule = experiment_.schedules.at(cell.schedule);
  request.budget = cell.budget;
  set = open_data_set(request.data, data_options(request));
  Study study = make_image_study(request, *set);
  const CnnOptions chosen = read_cnn_options(study.objective.options);
  cnn.data = chosen.data;
  cnn.fingerprint = chosen.fingerprint;
  if (!objective.objective.options.contains("channels")) cnn.channels = chosen.channels;
  study.objective.options = to_options(cnn);
  if (!objective.space.empty()) study.space = read_space_file(objective.space).space;
  check_cnn_space(study.space);
  return study;
}

Study ExperimentRunner::program_study(const ExperimentCell& cell) const {
  const ExperimentObjective& objective = experiment_.objectives.at(cell.objective);
  if (objective.space.empty()) {
    bad_input(fmt::format("objective {}: give the program's parameters with space = FILE", cell.objective));
  }
  const SpaceFile file = read_space_file(objective.space);
  ProgramStudyRequest request;
  request.name = cell.name();
  request.objective = objective.objective;
  if (!file.metric.empty()) request.objective.options.try_emplace("loss", file.metric);
  request.space = file.space;
  request.maximize = objective.maximize || file.maximize.value_or(false);
  request.seed = cell.seed;
  request.sampler = experiment_.samplers.at(cell.sampler);
  request.schedule = experiment_.schedules.at(cell.schedule);
  request.fidelities = experiment_.ladders.at(cell.ladder);
  request.budget = cell.budget;
  return make_program_study(request);
}

ObjectiveMaker ExperimentRunner::objective_of(const ExperimentCell& cell, const Study& study,
                                              std::shared_ptr<const DataSet> set) {
  if (!set) return find_entry(kObjectives, study.objective.name, "objective").make(study);
  const Data data = data_of(cell, study, std::move(set));
  return
      [cnn = read_cnn_options(study.objective.options), pictures = data.pictures] { return make_cnn(cnn, pictures); };
}

ExperimentRunner::Data ExperimentRunner::data_of(const ExperimentCell& cell, const Study& study,
                                                 std::shared_ptr<const DataSet> set) {
  const std::lock_guard lock(mutex_);
  Data& data = data_[{cell.objective, cell.ladder}];
  if (!data.pictures) {
    LoadOptions options;
    options.cache = folder_ / "cache";
    options.threads = processors();
    LoadReport report;
    data.set = set;
    data.pictures = load_study_pictures(study, std::move(set), options, report, {});
  }
  return data;
}

Json ExperimentRunner::retrained(const ExperimentCell& cell, const History& history,
                                 const std::function<bool()>& interrupted) {
  const PointFile file = parse_point_file(best_toml(history), "the best point of " + cell.name());
  const auto pictures = [&] {
    const std::lock_guard lock(mutex_);
    return data_.at({cell.objective, cell.ladder}).pictures;
  }();
  const ImageSet& images = *pictures->by_side.at(file.image_side);
  const ImageSet test = pictures->test(file.image_side);
  Json errors = {{"validation_errors", Json::array()}, {"test_errors", Json::array()}};
  for (int repeat = 0; repeat < experiment_.retrain; ++repeat) {
    RetrainOptions options;
    options.seed = Rng(cell.seed, {kRetrainStream, static_cast<std::uint64_t>(repeat)}).next();
    options.interrupted = interrupted;
    Retrained one;
    try {
      const auto results = retrain(file, images, test, options);
      if (results.empty()) return nullptr;
      one = results.front();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kUnavailable) throw;
      one.test_error = 1;  // it diverged, which the search's own seeds did not
    }
    errors["validation_errors"].push_back(one.validation_error);
    if (one.test_error) errors["test_errors"].push_back(*one.test_error);
  }
  return errors;
}

}  // namespace crescendo
