#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/files.h"
#include "base/processes.h"
#include "cli/interrupt.h"
#include "cli/other_kernels.h"
#include "cli/subject.h"
#include "cli/summary_text.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "crescendo/schedule.h"
#include "objective/cnn_space.h"
#include "search/image_study.h"
#include "search/kernel_choice.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

ImageStudyRequest request_of(const TuneOptions& options) {
  ImageStudyRequest request;
  request.name = options.study_name();
  request.data = options.data;
  if (!options.sizes.empty()) request.sizes_px = parse_sizes(options.sizes, "--sizes");
  if (options.grey) request.channels = 1;
  if (options.colour) request.channels = 3;
  if (!options.fit.empty()) request.fit = find_fit(options.fit);
  request.share = options.share.value_or(1);
  request.classes = options.classes.value_or(0);
  request.fold = options.fold.value_or(0);
  request.frames = options.frames.value_or(0);
  request.epochs = options.epochs;
  for (const std::string& text : options.ladder) request.ladder.push_back(parse_rungs(text, "--ladder"));
  request.keeps_files = !options.folder().empty();
  request.seed = options.seed.value_or(0);
  request.augment = options.augment;
  request.balanced = options.balanced;
  request.sampler = options.chosen_sampler().value_or(request.sampler);
  request.schedule = options.chosen_schedule().value_or(request.schedule);
  request.budget = options.budget();
  request.lag = options.lag.value_or(0);
  return request;
}

std::string fingerprint_of(const Study& study) { return read_cnn_options(study.objective.options).fingerprint; }

/// A network for the pictures of a folder.
class PictureSubject : public Subject {
 public:
  PictureSubject(const TuneOptions& options, Shown show) : options_(options), show_(std::move(show)) {}

  Study plan() override {
    Study study;
    if (!options_.study_file.empty()) {
      study = study_of_file();
    } else {
      if (options_.data.empty()) {
        bad_input(
            "give the folder of pictures with --data FOLDER, a program with --command or --server, or a study with "
            "--study-file FILE");
      }
      const ImageStudyRequest request = request_of(options_);
      data_ = open_data_set(request.data, data_options(request));
      study = make_image_study(request, *data_);
    }
    set_kernels(study);
    if (options_.folder().empty() && (study.continues || make_schedule(study)->carries_weights())) {
      bad_input("in this search trials go on from files that others left; give it an --out");
    }
    return study;
  }

  std::string plan_text(const Study& study, int jobs) const override {
    return crescendo::plan_text(study, *data_, jobs);
  }

  void check_same(const Study& stored_as, const Study& wanted) const override {
    Study stored = stored_as;
    // A study of an earlier version lacks the options that came later, which then have their usual values.
    stored.objective.options = to_options(read_cnn_options(stored.objective.options));
    // Another folder or share is another fingerprint too, and the better thing to name.
    Study same_pictures = wanted;
    same_pictures.objective.options["fingerprint"] = fingerprint_of(stored);
    if (options_.kernels.empty()) {  // whatever was measured today, the search goes on with the kernels it began with
      same_pictures.objective.options["kernels"] = stored.objective.options["kernels"];
    }
    const std::string folder = options_.folder(), differs = difference(stored, same_pictures);
    if (!differs.empty()) {
      bad_input(fmt::format("{} holds another search: {}; use the same options, or another --out", folder, differs));
    }
    if (fingerprint_of(stored) != fingerprint_of(wanted)) {
      bad_input(fmt::format("the pictures have changed since the search in {} began; choose another --out", folder));
    }
  }

  // A search goes on with the kernels it began with, so that its numbers stay the same.
  void settle(const Study* stored, Study& study) override {
    CnnOptions cnn = read_cnn_options(study.objective.options);
    if (stored) {
      cnn.kernels = read_cnn_options(stored->objective.options).kernels;
    } else if (cnn.kernels.empty() && cnn.backend == CnnOptions{}.backend) {
      cnn.kernels = to_text(measured_kernels([&](double done) {
        stop_if_interrupted();
        show_(fmt::format("timing the kernels of this processor: {:.0f} %", 100 * done));
      }));
      show_("");
    }
    study.objective.options = to_options(cnn);
    warn_of_other_kernels(cnn);
  }

  ObjectiveMaker objective(const Study& study) override {
    LoadReport report;
    LoadOptions load_options;
    if (!options_.folder().empty()) load_options.cache = fs::path(options_.folder()) / "cache";
    load_options.threads = processors();
    load_options.strict = options_.strict;
    pictures_ = load_study_pictures(study, data_, load_options, report, [&](std::size_t done, std::size_t total) {
      stop_if_interrupted();
      show_(fmt::format("reading pictures: {} of {}", done, total));
    });
    show_("");
    if (!options_.quiet && !options_.json) fmt::print("{}", loaded_text(*pictures_, report));
    return [cnn = read_cnn_options(study.objective.options), pictures = pictures_] { return make_cnn(cnn, pictures); };
  }

  // A test part that cannot be read costs its figure, not the search's result.
  bool judge(Store& store, const History& history, const Finalist& winner) override {
    if (options_.folder().empty()) return true;  // nothing was kept that could be tested
    try {
      record_test_error(store, history, winner);
      fmt::print(stderr, "{}", report_text(*pictures_->test_report));
      return true;
    } catch (const Error& error) {
      fmt::print(stderr, "crescendo: there is no test error: {}\n", error.what());
      return false;
    }
  }

  std::vector<std::vector<std::string>> files() const override {
    return {{"best.toml", "the best point; 'crescendo train --point' takes it"},
            {"trials/", "curve.json and confusion.json of each trial, weights.bin and mistakes.json of the best"},
            {"cache/", "the pictures at the searched sizes; may be deleted"}};
  }

 private:
  // A study's file says everything; what stands on the command line beside it wins.
  Study study_of_file() {
    Study study = parse_study_file(read_file(options_.study_file), options_.study_file);
    override_study(options_, study);
    if (study.maximize) bad_input("the objective cnn is an error, which is minimized; remove maximize from the study");
    CnnOptions cnn = read_cnn_options(study.objective.options);
    if (!options_.data.empty()) cnn.data = fs::weakly_canonical(options_.data).string();
    if (cnn.data.empty()) bad_input("the study names no pictures; give --data FOLDER");
    check_cnn_space(study.space);
    study.objective.options = to_options(cnn);
    data_ = open_study_data(study);
    const std::string fingerprint = fmt::format("{:016x}", data_->fingerprint());
    if (options_.data.empty() && !cnn.fingerprint.empty() && cnn.fingerprint != fingerprint) {
      bad_input(fmt::format("the pictures in {} are not those that {} was made for; remove its fingerprint to use them",
                            cnn.data, options_.study_file));
    }
    check_sizes(ladder_sides(study), *data_);
    cnn.fingerprint = fingerprint;
    study.objective.options = to_options(cnn);
    return study;
  }

  void set_kernels(Study& study) const {
    if (options_.kernels.empty()) return;
    CnnOptions cnn = read_cnn_options(study.objective.options);
    cnn.kernels = to_text(read_kernel_table(options_.kernels));
    study.objective.options = to_options(cnn);
  }

  // Each execution of the best point that still has its weights is tested once, and the figure kept.
  void record_test_error(Store& store, const History& history, const Finalist& winner) const {
    const Study& study = history.study();
    const auto objective = make_cnn(read_cnn_options(study.objective.options), pictures_);
    for (const int trial : winner.trials) {
      if (store.metrics(study.name, trial).contains("test_error")) continue;
      const fs::path folder = fs::path(options_.folder()) / "trials" / std::to_string(trial);
      if (const auto error = objective->test(study, history.trial(trial).rung, folder)) {
        store.set_metric(study.name, trial, "test_error", *error);
      }
    }
  }

  const TuneOptions& options_;
  Shown show_;
  std::shared_ptr<const DataSet> data_;
  std::shared_ptr<const CnnPictures> pictures_;
};

}  // namespace

std::unique_ptr<Subject> make_picture_subject(const TuneOptions& options, Shown show) {
  const bool has_program_options =
      !options.space.empty() || !options.loss.empty() || options.maximize || !options.time_limit.empty();
  if (options.data.empty() && options.study_file.empty() && has_program_options) {
    bad_input("give the program with --command LINE (a process for each trial) or --server LINE (one for each worker)");
  }
  refuse_program_options(options, "pictures");
  return std::make_unique<PictureSubject>(options, std::move(show));
}

}  // namespace crescendo
