#include <fmt/format.h>
#include <unistd.h>
#include <algorithm>
#include <climits>

#include <filesystem>
#include <optional>

#include "base/files.h"
#include "base/processes.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/other_kernels.h"
#include "cli/progress.h"
#include "cli/summary_text.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "crescendo/search.h"
#include "objective/cnn_space.h"
#include "search/image_study.h"
#include "search/kernel_choice.h"
#include "search/summary.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr double kUsualSeconds = 30 * 60;

struct TuneOptions {
  std::string data, sizes, fit, time, sampler, schedule, study_file, storage, name, kernels;
  std::string out = "crescendo-out";
  std::optional<int> trials, epochs;
  std::optional<std::uint64_t> seed;
  std::optional<double> share;
  int jobs = 0, keep = 10;
  bool augment = false, balanced = false;
  bool grey = false, colour = false, strict = false, json = false, quiet = false, dry_run = false;
};

/// The data set and the study that the options describe, with everything that was left open chosen.
struct Plan {
  Study study;
  std::shared_ptr<const DataSet> data;
};

Budget budget_of(const TuneOptions& options) {
  Budget budget;
  budget.trials = options.trials;
  if (!options.time.empty()) budget.seconds = parse_duration(options.time, "--time");
  return budget;
}

std::string usual_name(const TuneOptions& options) {
  if (!options.name.empty()) return options.name;
  const fs::path out = fs::absolute(options.out).lexically_normal();
  return (out.has_filename() ? out.filename() : out.parent_path().filename()).string();
}

ImageStudyRequest request_of(const TuneOptions& options) {
  ImageStudyRequest request;
  request.name = usual_name(options);
  request.data = options.data;
  if (!options.sizes.empty()) request.sizes_px = parse_sizes(options.sizes, "--sizes");
  if (options.grey) request.channels = 1;
  if (options.colour) request.channels = 3;
  if (!options.fit.empty()) request.fit = find_fit(options.fit);
  request.share = options.share.value_or(1);
  request.epochs = options.epochs.value_or(30);
  request.seed = options.seed.value_or(0);
  request.augment = options.augment;
  request.balanced = options.balanced;
  if (!options.sampler.empty()) request.sampler = {options.sampler, {}};
  if (!options.schedule.empty()) request.schedule = {options.schedule, {}};
  request.budget = budget_of(options);
  if (!request.budget.trials && !request.budget.seconds) request.budget.seconds = kUsualSeconds;
  return request;
}

void set_kernels(const TuneOptions& options, Study& study) {
  if (options.kernels.empty()) return;
  CnnOptions cnn = read_cnn_options(study.objective.options);
  cnn.kernels = to_text(read_kernel_table(options.kernels));
  study.objective.options = to_options(cnn);
}

// A study's file says everything; what stands on the command line beside it wins.
Plan plan_from_file(const TuneOptions& options) {
  if (!options.sizes.empty() || !options.fit.empty() || options.epochs || options.share || options.grey ||
      options.colour || options.augment || options.balanced) {
    bad_input(
        "with --study-file, sizes, fit, epochs, share, colour, augmentation and class weights stand in the file; leave "
        "the options out");
  }
  Plan plan;
  plan.study = parse_study_file(read_file(options.study_file), options.study_file);
  Study& study = plan.study;
  if (study.objective.name != "cnn") {
    bad_input(fmt::format("no objective called '{}'; there are: cnn", study.objective.name));
  }
  if (!options.name.empty()) study.name = options.name;
  if (options.seed) study.seed = *options.seed;
  if (!options.sampler.empty()) study.sampler = {options.sampler, {}};
  if (!options.schedule.empty()) study.schedule = {options.schedule, {}};
  const Budget budget = budget_of(options);
  if (budget.trials || budget.seconds) study.budget = budget;
  CnnOptions cnn = read_cnn_options(study.objective.options);
  if (!options.data.empty()) cnn.data = fs::weakly_canonical(options.data).string();
  if (cnn.data.empty()) bad_input("the study names no pictures; give --data FOLDER");
  check_cnn_space(study.space);
  study.objective.options = to_options(cnn);
  plan.data = open_study_data(study);
  const std::string fingerprint = fmt::format("{:016x}", plan.data->fingerprint());
  if (options.data.empty() && !cnn.fingerprint.empty() && cnn.fingerprint != fingerprint) {
    bad_input(fmt::format("the pictures in {} are not those that {} was made for; remove its fingerprint to use them",
                          cnn.data, options.study_file));
  }
  check_sizes(ladder_sides(study), *plan.data);
  cnn.fingerprint = fingerprint;
  study.objective.options = to_options(cnn);
  set_kernels(options, study);
  return plan;
}

Plan make_plan(const TuneOptions& options) {
  if (!options.study_file.empty()) return plan_from_file(options);
  if (options.data.empty())
    bad_input("give the folder of pictures with --data FOLDER, or a study with --study-file FILE");
  const ImageStudyRequest request = request_of(options);
  Plan plan;
  plan.data = open_data_set(request.data, {0, request.share});
  plan.study = make_image_study(request, *plan.data);
  set_kernels(options, plan.study);
  return plan;
}

// Whatever the study holds can be made and read back.
void check_study(const Study& study) {
  make_sampler(study);
  make_schedule(study);
  parse_study(to_json(study));
}

std::string fingerprint_of(const Study& study) { return read_cnn_options(study.objective.options).fingerprint; }

// A folder holds the files of one study: another one's trials would take the places of the first one's.
void check_folder(const Study& study, const TuneOptions& options) {
  const fs::path file = fs::path(options.out) / "study.toml";
  if (!fs::exists(file)) return;
  const std::string name = parse_study_file(read_file(file), file.string()).name;
  if (name == study.name) return;
  bad_input(fmt::format("{} holds the files of the study '{}', not of '{}'; choose another --out, or --name {}",
                        options.out, name, study.name, shell_quoted(name)));
}

// Throws Error (bad input) if a study of this name is there that the options do not go on with.
void check_continues(Store& store, const Study& wanted, const TuneOptions& options) {
  const auto names = store.studies();
  if (std::find(names.begin(), names.end(), wanted.name) == names.end()) return;
  Study stored = store.study(wanted.name);
  // A study of an earlier version lacks the options that came later, which then have their usual values.
  stored.objective.options = to_options(read_cnn_options(stored.objective.options));
  // Another folder or share is another fingerprint too, and the better thing to name.
  Study same_pictures = wanted;
  same_pictures.objective.options["fingerprint"] = fingerprint_of(stored);
  if (options.kernels.empty()) {  // whatever was measured today, the search goes on with the kernels it began with
    same_pictures.objective.options["kernels"] = stored.objective.options["kernels"];
  }
  const std::string differs = difference(stored, same_pictures);
  if (!differs.empty()) {
    bad_input(fmt::format("{} holds another search: {}; use the same options, or another --out", options.out, differs));
  }
  if (fingerprint_of(stored) != fingerprint_of(wanted)) {
    bad_input(fmt::format("the pictures have changed since the search in {} began; choose another --out", options.out));
  }
  if (is_smaller(wanted.budget, stored.budget)) {
    bad_input(fmt::format("the search in {} has a budget of {} already; ask for no less than that", options.out,
                          budget_text(stored.budget)));
  }
}

class Tune {
 public:
  explicit Tune(TuneOptions options)
      : options_(std::move(options)),
        // More workers than trials would only ask each other whether there is something to do.
        jobs_(std::min(options_.jobs > 0 ? options_.jobs : processors(), options_.trials.value_or(INT_MAX))),
        progress_(jobs_) {
    talks_ = !options_.quiet && !options_.json;
    shows_progress_ = !options_.quiet && isatty(STDERR_FILENO);
  }

  int run() {
    Plan plan = make_plan(options_);
    check_study(plan.study);
    make_writable_folder(options_.out);
    check_folder(plan.study, options_);
    const std::string url = options_.storage.empty()
                                ? fmt::format("sqlite:///{}", (fs::path(options_.out) / "study.db").string())
                                : options_.storage;
    say_plan(plan);
    if (options_.dry_run) return write_only(plan.study);
    const auto store = open_store(url);
    check_continues(*store, plan.study, options_);
    choose_kernels(*store, plan.study);
    const auto pictures = load(plan);
    // Only now: a search whose pictures cannot be read leaves nothing to be at odds with.
    if (!store->create(plan.study)) {
      check_continues(*store, plan.study, options_);  // another process may have been quicker
      choose_kernels(*store, plan.study);
      const bool larger = !(store->study(plan.study.name).budget == plan.study.budget);
      if (larger) store->set_budget(plan.study.name, plan.study.budget);
    }
    write_file(fs::path(options_.out) / "study.toml", to_study_file(plan.study));
    const SearchEnd end = search(*store, plan.study, pictures);
    return finish(*store, plan.study, pictures, url, end);
  }

 private:
  int write_only(const Study& study) {
    const fs::path file = fs::path(options_.out) / "study.toml";
    if (fs::exists(fs::path(options_.out) / "study.db")) {
      bad_input(fmt::format("{} holds a search already; give --dry-run another --out", options_.out));
    }
    write_file(file, to_study_file(study));
    if (options_.json) {
      fmt::print("{}\n", pretty(to_json(study)));
      return kExitSucceeded;
    }
    fmt::print("wrote {}; edit it and search with: crescendo tune --study-file {} --out {}\n", file.string(),
               file.string(), options_.out);
    return kExitSucceeded;
  }

  // A search goes on with the kernels it began with, so that its numbers stay the same.
  void choose_kernels(Store& store, Study& study) {
    CnnOptions cnn = read_cnn_options(study.objective.options);
    const auto names = store.studies();
    if (std::find(names.begin(), names.end(), study.name) != names.end()) {
      cnn.kernels = read_cnn_options(store.study(study.name).objective.options).kernels;
    } else if (cnn.kernels.empty() && cnn.backend == CnnOptions{}.backend) {
      cnn.kernels = to_text(measured_kernels([&](double done) {
        stop_if_interrupted();
        if (shows_progress_) progress_.show(fmt::format("timing the kernels of this processor: {:.0f} %", 100 * done));
      }));
      progress_.clear();
    }
    study.objective.options = to_options(cnn);
    warn_of_other_kernels(cnn);
  }

  void say_plan(const Plan& plan) const {
    if (talks_) fmt::print("{}", plan_text(plan.study, *plan.data, jobs_));
  }

  std::shared_ptr<const CnnPictures> load(const Plan& plan) {
    LoadReport report;
    LoadOptions load_options;
    load_options.cache = fs::path(options_.out) / "cache";
    load_options.threads = processors();
    load_options.strict = options_.strict;
    const auto pictures =
        load_study_pictures(plan.study, plan.data, load_options, report, [&](std::size_t done, std::size_t total) {
          stop_if_interrupted();
          if (shows_progress_) progress_.show(fmt::format("reading pictures: {} of {}", done, total));
        });
    progress_.clear();
    if (talks_) fmt::print("{}", loaded_text(*pictures, report));
    return pictures;
  }

  SearchEnd search(Store& store, const Study& study, const std::shared_ptr<const CnnPictures>& pictures) {
    SearchOptions search_options;
    search_options.jobs = jobs_;
    search_options.folder = options_.out;
    search_options.keep = options_.keep;
    search_options.interrupted = interrupted;
    const CnnOptions cnn = read_cnn_options(study.objective.options);
    Observer silent;
    Observer& observer = shows_progress_ ? static_cast<Observer&>(progress_) : silent;
    const SearchEnd end = run_search(
        store, study, [&] { return make_cnn(cnn, pictures); }, search_options, observer);
    progress_.clear();
    return end;
  }

  int finish(Store& store, const Study& study, const std::shared_ptr<const CnnPictures>& pictures,
             const std::string& url, SearchEnd end) {
    const History history = read_history(store, study.name);
    const auto winner = best(history);
    if (winner) write_file(fs::path(options_.out) / "best.toml", best_toml(history));
    if (end == SearchEnd::kInterrupted) {
      const auto running = [](const Trial& trial) { return trial.state == TrialState::kRunning; };
      const auto begun = std::count_if(history.trials().begin(), history.trials().end(), running);
      fmt::print(
          stderr,
          "crescendo: stopped; {} trials are kept in {}, {} will be done again. Run the same command to go on.\n",
          static_cast<long>(history.trials().size()) - begun, options_.out, begun);
      return kExitInterrupted;
    }
    if (winner) try_to_test(store, study, history, *winner, pictures);
    if (options_.json) {
      fmt::print("{}\n", pretty(summary_json(store, history, url)));
    } else if (!options_.quiet) {
      fmt::print("{}", result_text(store, history, url, options_.out));
    }
    if (!winner)
      unavailable(fmt::format("none of the {} trials succeeded; 'crescendo trials --storage {}' says why",
                              history.trials().size(), url));
    return test_failed_ && options_.strict ? kExitBadInput : kExitSucceeded;
  }

  // A test part that cannot be read costs its figure, not the search's result.
  void try_to_test(Store& store, const Study& study, const History& history, const Finalist& winner,
                   const std::shared_ptr<const CnnPictures>& pictures) {
    try {
      record_test_error(store, study, history, winner, pictures);
      fmt::print(stderr, "{}", report_text(*pictures->test_report));
    } catch (const Error& error) {
      test_failed_ = true;
      fmt::print(stderr, "crescendo: there is no test error: {}\n", error.what());
    }
  }

  // Each execution of the best point that still has its weights is tested once, and the figure kept.
  void record_test_error(Store& store, const Study& study, const History& history, const Finalist& winner,
                         const std::shared_ptr<const CnnPictures>& pictures) {
    const auto objective = make_cnn(read_cnn_options(study.objective.options), pictures);
    for (const int trial : winner.trials) {
      if (store.metrics(study.name, trial).contains("test_error")) continue;
      const fs::path folder = fs::path(options_.out) / "trials" / std::to_string(trial);
      if (const auto error = objective->test(study, history.trial(trial).rung, folder)) {
        store.set_metric(study.name, trial, "test_error", *error);
      }
    }
  }

  TuneOptions options_;
  int jobs_;
  bool talks_ = true, shows_progress_ = true;
  bool test_failed_ = false;
  ProgressLine progress_;
};

std::function<int()> declare(CLI::App& command) {
  const auto options = std::make_shared<TuneOptions>();
  command
      .add_option("--data", options->data,
                  "folder of pictures: a folder per class, IDX files (MNIST) or CIFAR binaries")
      ->check(not_empty);
  command.add_option("--sizes", options->sizes, "image sides in px, smallest first, as 32,64,128; default: chosen")
      ->check(not_empty);
  command
      .add_option("--fit", options->fit,
                  "how pictures become square: crop, the centre (default), or pad, all of it on its mean colour")
      ->check(not_empty);
  command.add_option("--trials", options->trials, "budget: trials in all")->check(CLI::Range(1, 100'000'000));
  command.add_option("--time", options->time, "budget: wall time, as 90s, 30m, 1h30m; default 30m if no --trials")
      ->check(not_empty);
  command.add_option("--sampler", options->sampler, "how points are chosen; see 'crescendo list'")->check(not_empty);
  command.add_option("--schedule", options->schedule, "how sizes follow each other; see 'crescendo list'")
      ->check(not_empty);
  command.add_option("--jobs", options->jobs, "trials at a time, one thread each; default: all cores")
      ->check(CLI::Range(1, 4096));
  command.add_option("--seed", options->seed, "of everything random; default 0")
      ->check(CLI::Range(std::uint64_t{0}, std::uint64_t{INT64_MAX}));
  command.add_option("--epochs", options->epochs, "at most, for each trial; default 30")
      ->check(CLI::Range(1, 1'000'000));
  command.add_option("--share", options->share, "share of the training and validation pictures, in 0..1; default 1")
      ->check(CLI::Range(1e-6, 1.0));
  command.add_option("--out", options->out, "folder for everything that is kept")
      ->check(not_empty)
      ->capture_default_str();
  command.add_option("--storage", options->storage, "where the study is kept; default sqlite:///OUT/study.db")
      ->check(not_empty);
  command.add_option("--name", options->name, "the study's name; default: the name of --out")->check(not_empty);
  command
      .add_option("--kernels", options->kernels,
                  "compute with the kernels in this file, as 'crescendo kernels' prints them; default: measured once")
      ->check(not_empty);
  command.add_option("--study-file", options->study_file, "a study's TOML, as --dry-run writes it")->check(not_empty);
  command.add_option("--keep", options->keep, "points whose weights stay on disk, the best ones (at least 3)")
      ->check(CLI::Range(3, 1'000'000))
      ->capture_default_str();
  const auto grey = command.add_flag("--grey,--gray", options->grey, "search on grey pictures");
  command.add_flag("--colour,--color", options->colour, "search on colour pictures")->excludes(grey);
  command.add_flag("--augment", options->augment,
                   "train on pictures mirrored at random and moved by up to a tenth of the side");
  command.add_flag("--balanced", options->balanced, "every class counts alike, however many pictures it has");
  command.add_flag("--strict", options->strict, "a broken picture is an error instead of being skipped");
  command.add_flag("--dry-run", options->dry_run, "only say what would be done, and write OUT/study.toml to edit");
  command.add_flag("--json", options->json, "print the result as one JSON object (docs/formats.md)");
  command.add_flag("--quiet", options->quiet, "print nothing but errors");
  return [options] { return Tune(*options).run(); };
}

}  // namespace

Command tune_command() { return {"tune", "search good hyperparameters for a folder of pictures", declare}; }

}  // namespace crescendo
