#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/status_text.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "crescendo/error.h"
#include "search/status.h"
#include "search/summary.h"

namespace crescendo {
namespace {

constexpr double kShortestPause = 0.1;

struct StatusOptions {
  std::string storage, study, every = "2";
  bool watch = false, json = false;
};

/// A study as it stands, read again whenever that is asked for.
class Watched {
 public:
  explicit Watched(const StatusOptions& options)
      : store_(open_existing_store(options.storage)),
        history_(read_history(*store_, choose_study(*store_, options.study))) {
    read();
  }

  void refresh() {
    store_->refresh(history_);
    read();
  }

  Store& store() const { return *store_; }
  const History& history() const { return history_; }
  const StudyStatus& status() const { return status_; }
  bool is_running() const { return status_.state == StudyState::kRunning; }

  std::string text(int rows) const {
    const StatusLook look{terminal_size(STDOUT_FILENO).columns, rows, speaks_utf8(), wants_colour(STDOUT_FILENO)};
    return status_text(history_, status_, look);
  }

 private:
  void read() { status_ = read_status(*store_, history_, SystemClock().now()); }

  std::unique_ptr<Store> store_;
  History history_;
  StudyStatus status_;
};

// False if Ctrl-C was pressed meanwhile.
bool paused(double seconds) {
  constexpr double kStep = 0.05;
  SystemClock clock;
  for (double left = seconds; left > 0 && !interrupted(); left -= kStep) {
    clock.sleep_for(std::chrono::duration<double>(std::min(kStep, left)));
  }
  return !interrupted();
}

// On a terminal: the page stays when the second screen goes.
bool watch_on_screen(Watched& watched, double every) {
  bool going = true;
  {
    Screen screen;
    while (true) {
      screen.show(watched.text(std::max(12, terminal_size(STDOUT_FILENO).rows - 1)));
      if (!watched.is_running()) break;
      going = paused(every);
      if (!going) break;
      watched.refresh();
    }
  }
  fmt::print("{}", watched.text(0));
  return going;
}

// Elsewhere: a line on each change, with the time before it.
bool watch_in_lines(Watched& watched, double every) {
  std::string shown;
  while (true) {
    const std::string line = status_line(watched.history(), watched.status());
    if (line != shown) fmt::print("{}  {}\n", duration_text(watched.status().elapsed_seconds), line);
    std::fflush(stdout);
    shown = line;
    if (!watched.is_running()) return true;
    if (!paused(every)) return false;
    watched.refresh();
  }
}

double pause_of(const StatusOptions& options) {
  const double seconds = parse_duration(options.every, "--every");
  if (seconds < kShortestPause) {
    bad_input(fmt::format("--every must be at least {} seconds, not '{}'", kShortestPause, options.every));
  }
  return seconds;
}

std::function<int()> declare(Flags& command) {
  const auto options = std::make_shared<StatusOptions>();
  command.add_option("--storage", options->storage, "as sqlite:///folder/study.db").required();
  command.add_option("--study", options->study, "the study's name; may be left out where there is one only");
  const Flag watch = command.add_flag("--watch", options->watch,
                                      "show it again and again, until nobody works on the study any more or Ctrl-C; "
                                      "where the output is no terminal, print a line on each change");
  command.add_option("--every", options->every, "seconds between two looks of --watch; 2 unless said").needs(watch);
  command.add_flag("--json", options->json, "print one object (docs/formats.md)").excludes(watch);
  return [options] {
    const double every = pause_of(*options);
    Watched watched(*options);
    if (options->json) {
      fmt::print("{}\n", pretty(status_json(watched.store(), watched.history(), watched.status(), options->storage)));
      return kExitSucceeded;
    }
    if (!options->watch) {
      fmt::print("{}", watched.text(0));
      return kExitSucceeded;
    }
    const bool ended = isatty(STDOUT_FILENO) != 0 ? watch_on_screen(watched, every) : watch_in_lines(watched, every);
    return ended ? kExitSucceeded : kExitInterrupted;
  };
}

}  // namespace

Command status_command() {
  return {"status", "show what goes on with a study: its rungs, the best, what runs", declare};
}

}  // namespace crescendo
