#include "cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>

#include "cli/loss_text.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "schedule/budget.h"
#include "study/names.h"
#include "study/rung_summary.h"

namespace crescendo {
namespace {

constexpr std::chrono::milliseconds kBetweenDrawings(200);

// Seconds that the trials still to come should take: those of the rungs above as their shares say, the rest here. Each
// costs the mean of those seen at its rung, or four times that of the rung below: a doubled side is four times the
// area.
double seconds_to_come(const History& history, int rung_now, int jobs) {
  const Study& study = history.study();
  int left_here = *study.budget.trials - static_cast<int>(history.trials().size());
  double total = 0, mean = 0;
  for (int rung = 0; rung <= study.top(); ++rung) {
    double seconds = 0;
    for (const int number : history.ranked(rung)) seconds += history.trial(number).seconds;
    const auto finished = static_cast<double>(history.ranked(rung).size());
    mean = finished > 0 ? seconds / finished : 4 * mean;
    const int above = rung > rung_now ? trials_left(history, rung, ladder_allowance(study, rung)) : 0;
    total += mean * (above + 0.5 * history.running(rung));
    left_here -= above;
  }
  double here = 0;
  for (const int number : history.ranked(rung_now)) here += history.trial(number).seconds;
  const double seen = std::max(1.0, static_cast<double>(history.ranked(rung_now).size()));
  return (total + here / seen * std::max(0, left_here)) / jobs;
}

// Seconds until the budget is used up, where it can be told.
std::optional<double> seconds_left(const History& history, int rung_now, int jobs) {
  const Budget& budget = history.study().budget;
  std::optional<double> least;
  const auto at_most = [&](double seconds) { least = std::min(least.value_or(seconds), seconds); };
  // At the pace so far.
  const auto used_of = [&](double used, double total) {
    if (used > 0) at_most(history.elapsed_seconds() * (total - used) / used);
  };
  if (budget.trials) at_most(seconds_to_come(history, rung_now, jobs));
  if (budget.seconds) at_most(*budget.seconds - history.elapsed_seconds());
  if (budget.cpu_seconds) used_of(history.cpu_seconds(), *budget.cpu_seconds);
  for (const auto& [name, total] : budget.fidelity) used_of(history.used(name), total);
  return least;
}

}  // namespace

ProgressLine::ProgressLine(int jobs) : jobs_(jobs) {}
ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::on_claim(const History& history, const Trial& trial) {
  const std::lock_guard lock(mutex_);
  rung_ = trial.rung;
  announce(history);
  describe(history);
  draw(false);
}

void ProgressLine::announce(const History& history) {
  const Box* box = box_of_all(history, rung_);
  if (!box || box->reason.empty() || !announced_.insert(rung_).second) return;
  if (visible_) std::fputs("\r\033[K", stderr);
  fmt::print(stderr, "{}: {}\n", rung_name(history.study(), rung_), box->reason);
}

void ProgressLine::on_epoch(const Trial& trial, const EpochReport& report) {
  const std::lock_guard lock(mutex_);
  const auto speed = report.metrics.find("images_per_second");
  if (speed != report.metrics.end()) images_per_second_[trial.number] = speed->second;
  draw(false);
}

void ProgressLine::on_end(const History& history, const Trial& trial) {
  const std::lock_guard lock(mutex_);
  images_per_second_.erase(trial.number);
  describe(history);
  draw(true);
}

void ProgressLine::describe(const History& history) {
  const Study& study = history.study();
  int running = 0;
  for (int rung = 0; rung <= study.top(); ++rung) running += history.running(rung);
  const int done = static_cast<int>(history.trials().size()) - running;
  standing_ =
      study.budget.trials ? fmt::format("{}/{} trials", done, *study.budget.trials) : fmt::format("{} trials", done);
  const std::string here = rung_ < 0 ? "" : rung_name(study, rung_);
  if (!here.empty()) standing_ += ", " + here;
  if (const auto winner = best(history)) {
    const int at = history.trial(winner->trial).rung;
    const std::string name = rung_name(study, at);
    standing_ += fmt::format(", best {}{}", loss_text(study, winner->loss), name.empty() ? "" : " at " + name);
  }
  const auto left = seconds_left(history, std::max(0, rung_), jobs_);
  if (left && (done > 0 || study.budget.seconds)) {
    standing_ += fmt::format(", {} left", duration_text(std::max(0.0, *left)));
  }
}

void ProgressLine::draw(bool now) {
  const auto time = std::chrono::steady_clock::now();
  if (!now && time - drawn_ < kBetweenDrawings) return;
  drawn_ = time;
  double speed = 0;
  for (const auto& [trial, images] : images_per_second_) speed += images;
  std::string line = standing_;
  if (speed > 0) line += fmt::format(", {} images/s", grouped(static_cast<long long>(speed)));
  line.resize(std::min(line.size(), static_cast<std::size_t>(terminal_size(STDERR_FILENO).columns - 1)));
  fmt::print(stderr, "\r\033[K{}", line);
  std::fflush(stderr);
  visible_ = true;
}

void ProgressLine::show(const std::string& text) {
  const std::lock_guard lock(mutex_);
  fmt::print(stderr, "\r\033[K{}", text);
  std::fflush(stderr);
  visible_ = true;
}

void ProgressLine::clear() {
  const std::lock_guard lock(mutex_);
  if (visible_) std::fputs("\r\033[K", stderr);
  visible_ = false;
}

}  // namespace crescendo
