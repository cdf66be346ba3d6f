#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <filesystem>
#include <optional>

#include "base/files.h"
#include "base/processes.h"
#include "base/shown_url.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/shown_studies.h"
#include "cli/subject.h"
#include "cli/summary_text.h"
#include "cli/take_snapshot.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "crescendo/report.h"
#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "crescendo/search.h"
#include "search/lessons.h"
#include "search/point_lines.h"
#include "search/presets.h"
#include "search/summary.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kReportFile = "report.html";

// Whatever the study holds can be made and read back.
void check_study(const Study& study) {
  check_goes_together(study);
  make_sampler(study);
  make_schedule(study);
  parse_study(to_json(study));
}

std::optional<Study> stored_study(Store& store, const std::string& name) {
  const auto names = store.studies();
  if (std::find(names.begin(), names.end(), name) == names.end()) return {};
  return store.study(name);
}

class Tune {
 public:
  explicit Tune(TuneOptions options)
      : options_(std::move(options)),
        folder_(options_.folder()),
        // More workers than trials, or than the lag, would only ask each other whether there is something to do.
        jobs_(std::min({options_.jobs > 0 ? options_.jobs : processors(), options_.trials.value_or(INT_MAX),
                        options_.lag.value_or(INT_MAX)})),
        progress_(jobs_) {
    talks_ = !options_.quiet && !options_.json;
    shows_progress_ = !options_.quiet && isatty(STDERR_FILENO);
    subject_ = is_program() ? make_program_subject(options_)
                            : make_picture_subject(options_, [this](const std::string& text) { show(text); });
  }

  int run() {
    Study study = subject_->plan();
    if (!options_.learn_from.empty()) study.learn_from = options_.learn_from;
    check_study(study);
    if (!folder_.empty()) {
      make_writable_folder(folder_);
      check_folder(study);
    }
    const std::vector<Point> first = options_.first.empty() ? std::vector<Point>() : read_points(options_.first, study);
    if (talks_) fmt::print("{}", subject_->plan_text(study, jobs_));
    if (options_.dry_run) {
      read_sources(study);
      return write_only(study);
    }
    const std::string url = storage_url();
    const auto store = open_store(url);
    const bool is_there = go_on_with_stored(*store, study);
    if (!is_there) read_sources(study);
    if (is_there && !first.empty() && !options_.quiet) {
      fmt::print(stderr, "crescendo: the study is there already; 'crescendo enqueue' gives it more points\n");
    }
    const ObjectiveMaker objective = subject_->objective(study);
    // Only now: a search whose pictures cannot be read leaves nothing to be at odds with.
    if (!store->create(study, first)) {
      go_on_with_stored(*store, study);  // another process may have been quicker
      const bool larger = !(store->study(study.name).budget == study.budget);
      if (larger) store->set_budget(study.name, study.budget);
    }
    if (!folder_.empty()) write_file(fs::path(folder_) / "study.toml", to_study_file(study));
    // As it is stored: with what was learnt from other studies when it was made.
    const SearchEnd end = search(*store, store->study(study.name), objective);
    return finish(*store, study, url, end);
  }

 private:
  bool is_program() const {
    if (options_.study_file.empty()) return !options_.command.empty() || !options_.server.empty();
    check_beside_study_file(options_);
    return parse_study_file(read_file(options_.study_file), options_.study_file).objective.name != "cnn";
  }

  void show(const std::string& text) {
    if (!shows_progress_) return;
    text.empty() ? progress_.clear() : progress_.show(text);
  }

  std::string storage_url() const {
    if (!options_.storage.empty()) return options_.storage;
    return fmt::format("sqlite:///{}", (fs::path(folder_) / "study.db").string());
  }

  // A folder holds the files of one study: another one's trials would take the places of the first one's.
  void check_folder(const Study& study) const {
    const fs::path file = fs::path(folder_) / "study.toml";
    if (!fs::exists(file)) return;
    const std::string name = parse_study_file(read_file(file), file.string()).name;
    if (name == study.name) return;
    bad_input(fmt::format("{} holds the files of the study '{}', not of '{}'; choose another --out, or --name {}",
                          folder_, name, study.name, shell_quoted(name)));
  }

  int write_only(const Study& study) const {
    if (folder_.empty()) bad_input("--dry-run writes a file: give it an --out");
    const fs::path file = fs::path(folder_) / "study.toml";
    if (fs::exists(fs::path(folder_) / "study.db")) {
      bad_input(fmt::format("{} holds a search already; give --dry-run another --out", folder_));
    }
    write_file(file, to_study_file(study));
    if (options_.json) {
      fmt::print("{}\n", pretty(to_json(study)));
      return kExitSucceeded;
    }
    fmt::print("wrote {}; edit it and search with: crescendo tune --study-file {} --out {}\n", file.string(),
               file.string(), folder_);
    return kExitSucceeded;
  }

  // Whether a study of this name is there; throws Error (bad input) if the options do not go on with it.
  bool go_on_with_stored(Store& store, Study& study) {
    const auto stored = stored_study(store, study.name);
    if (stored) {
      subject_->check_same(*stored, study);
      if (is_smaller(study.budget, stored->budget, study.maximize)) {
        bad_input(fmt::format("the search in {} has a budget of {} already; ask for no less than that",
                              folder_.empty() ? options_.storage : folder_, budget_text(stored->budget)));
      }
    }
    subject_->settle(stored ? &*stored : nullptr, study);
    return stored.has_value();
  }

  void read_sources(Study& study) const {
    for (const Source& source : read_lessons(study)) {
      if (!talks_) continue;
      fmt::print("learns:   from {}: {} of {} trials{}\n", source.name, source.told, source.trials,
                 source.first.empty() ? "" : fmt::format(" (not, for one, {})", source.first));
    }
  }

  SearchEnd search(Store& store, const Study& study, const ObjectiveMaker& objective) {
    SearchOptions search_options;
    search_options.jobs = jobs_;
    search_options.folder = folder_;
    search_options.keep = options_.keep;
    search_options.interrupted = interrupted;
    Observer silent;
    Observer& observer = shows_progress_ ? static_cast<Observer&>(progress_) : silent;
    const SearchEnd end = run_search(store, study, objective, search_options, observer);
    progress_.clear();
    return end;
  }

  int finish(Store& store, const Study& study, const std::string& url, SearchEnd end) {
    const History history = read_history(store, study.name);
    const auto winner = best(history);
    if (winner && !folder_.empty()) write_file(fs::path(folder_) / "best.toml", best_toml(history));
    if (end == SearchEnd::kInterrupted) {
      say_interrupted(history);
      const bool reported = write_report(store, history, url, false);  // at once: importance would take seconds
      if (reported) fmt::print(stderr, "crescendo: {}/{} shows them.\n", folder_, kReportFile);
      return kExitInterrupted;
    }
    if (!options_.quiet) fmt::print(stderr, "{}", begun_anew_text(continued_trials(store, history)));
    const bool judged = !winner || subject_->judge(store, history, *winner);
    auto files = subject_->files();
    show(fmt::format("writing {}", kReportFile));
    const bool reported = write_report(store, history, url, true);
    show("");
    if (reported) {
      files.insert(files.begin(), {std::string(kReportFile), "the search in pictures, for a browser"});
    }
    if (options_.json) {
      fmt::print("{}\n", pretty(summary_json(store, history, url)));
    } else if (!options_.quiet) {
      fmt::print("{}", result_text(store, history, {url, folder_, files}));
    }
    if (!winner) unavailable(no_winner_text(history, url, reported));
    return !judged && options_.strict ? kExitBadInput : kExitSucceeded;
  }

  // Whether it is there now. A search is none the worse without it.
  bool write_report(Store& store, const History& history, const std::string& url, bool importance) const {
    if (folder_.empty() || history.trials().empty()) return false;
    try {
      const ShownStudy shown = shown_study(store, history.study().name, url, folder_);
      const std::string snapshot = snapshot_now({&shown, 1}, SnapshotOptions{}.details, importance);
      write_file(fs::path(folder_) / kReportFile, report_page(snapshot));
      return true;
    } catch (const std::exception& error) {
      fmt::print(stderr, "crescendo: there is no report: {}\n", error.what());
      return false;
    }
  }

  static std::string begun_anew_text(const Continued& continued) {
    if (continued.begun_anew == 0) return "";
    return fmt::format(
        "crescendo: {} of {} promoted trials were trained from the first epoch, because the checkpoint of the trial "
        "below was not there or did not fit; their losses are the same\n",
        continued.begun_anew, continued.trials);
  }

  std::string no_winner_text(const History& history, const std::string& url, bool reported) const {
    const auto trials = history.trials();
    std::string text = fmt::format("none of the {} trials succeeded", trials.size());
    if (!trials.empty()) text += fmt::format("; of the last one: {}", reason_text(trials.back().reason));
    if (url == "memory:") return text;
    const std::string report = reported ? fmt::format(" and {}/{} say more", folder_, kReportFile) : " says more";
    return text + fmt::format("; 'crescendo trials --storage {}'", shown_url(url)) + report;
  }

  void say_interrupted(const History& history) const {
    const auto running = [](const Trial& trial) { return trial.state == TrialState::kRunning; };
    const auto begun = std::count_if(history.trials().begin(), history.trials().end(), running);
    const auto kept = static_cast<long>(history.trials().size()) - begun;
    if (options_.storage == "memory:") {
      fmt::print(stderr, "crescendo: stopped after {} trials, of which nothing is kept.\n", kept);
    } else {
      fmt::print(stderr,
                 "crescendo: stopped; {} trials are kept in {}, {} will be done again. Run the same command to go "
                 "on.\n",
                 kept, folder_, begun);
    }
  }

  const TuneOptions options_;
  const std::string folder_;  // empty: nothing is kept
  int jobs_;
  bool talks_ = true, shows_progress_ = true;
  ProgressLine progress_;
  std::unique_ptr<Subject> subject_;
};

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<TuneOptions>();
  declare_tune_options(command, *options);
  return [options] { return Tune(*options).run(); };
}

}  // namespace

Command tune_command() {
  return {"tune", "search good hyperparameters for a folder of pictures, or for any program", declare};
}

}  // namespace crescendo
