#include "cli/status_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "base/printable.h"
#include "cli/loss_text.h"
#include "cli/status_curve.h"
#include "cli/words.h"
#include "crescendo/schedule.h"
#include "search/ask.h"
#include "study/names.h"
#include "study/rung_summary.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

constexpr int kLongestName = 40;

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& text) {
  std::istringstream in(text);
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

int ended_trials(const History& history) {
  int running = 0;
  for (int rung = 0; rung <= history.study().top(); ++rung) running += history.running(rung);
  return static_cast<int>(history.trials().size()) - running;
}

std::string trials_text(const History& history) {
  auto most = history.study().budget.trials;
  if (most == kEndlessTrials) most.reset();
  const std::string ended = grouped(ended_trials(history));
  return most ? fmt::format("{} of {} trials", ended, grouped(*most)) : ended + " trials";
}

std::string budget_used(const History& history, const StudyStatus& status) {
  const Budget& budget = history.study().budget;
  Lines parts = {trials_text(history), duration_text(status.elapsed_seconds)};
  if (budget.seconds) parts.back() += " of " + duration_text(*budget.seconds);
  if (budget.cpu_seconds) {
    parts.push_back(
        fmt::format("{} of {} of CPU time", duration_text(history.cpu_seconds()), duration_text(*budget.cpu_seconds)));
  }
  for (const auto& [name, total] : budget.fidelity) {
    parts.push_back(fmt::format("{} {:.6g} of {:.6g}", printable(name, kLongestName), history.used(name), total));
  }
  if (budget.target) parts.push_back(fmt::format("until {} is reached", *budget.target));
  if (budget.patience) {
    parts.push_back(fmt::format("{} of {} trials without a better one", history.ended_since_best(), *budget.patience));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string state_text(const StudyStatus& status) {
  std::string text(state_name(status.state));
  if (status.processes > 1) text += fmt::format(", {} processes", status.processes);
  if (status.interrupted > 0) {
    text += fmt::format(", {} interrupted trial{}", status.interrupted, status.interrupted == 1 ? "" : "s");
  }
  return text;
}

std::string rungs_table(const History& history) {
  const Study& study = history.study();
  const auto schedule = make_schedule(study);
  std::vector<Lines> rows = {{rung_heading(study), "trials", "planned", "running", "failed", "trial seconds",
                              "best " + short_loss_name(study)}};
  for (int rung = 0; rung <= study.top(); ++rung) {
    const RungSummary summary = rung_summary(history, rung);
    const auto planned = schedule->planned_trials(history, rung);
    rows.push_back({rung_name(study, rung), std::to_string(summary.trials),
                    planned && study.budget.trials != kEndlessTrials ? std::to_string(*planned) : "-",
                    std::to_string(summary.running), std::to_string(summary.failed),
                    fmt::format("{:.1f}", summary.seconds),
                    summary.best_loss ? loss_text(study, *summary.best_loss) : "-"});
  }
  const bool none_planned = std::all_of(rows.begin() + 1, rows.end(), [](const Lines& row) { return row[2] == "-"; });
  if (none_planned) {
    for (Lines& row : rows) row[2].clear();
  }
  return table(rows, "lrrrrrr");
}

// Empty while nothing has finished.
std::string best_text(const History& history) {
  const auto winner = best(history);
  if (!winner) return "";
  const Study& study = history.study();
  const std::string rung = rung_name(study, history.trial(winner->trial).rung);
  return fmt::format("best: {} {}, trial {}{}{}", short_loss_name(study), loss_text(study, winner->loss), winner->trial,
                     rung.empty() ? "" : " at " + rung,
                     winner->trials.size() > 1 ? fmt::format(", mean of {} seeds", winner->trials.size()) : "");
}

// Of the epochs that a rung has, if it has any.
std::string epochs_text(const Study& study, const Trial& trial) {
  const auto& fidelity = study.ladder[static_cast<std::size_t>(trial.rung)].fidelity;
  for (const char* name : {"epochs", "epoch"}) {
    const auto most = fidelity.find(name);
    if (most != fidelity.end()) return fmt::format("{}/{:.6g}", trial.curve.size(), most->second);
  }
  return std::to_string(trial.curve.size());
}

// At most `most` of them; a heading, and a line where there are more, besides.
std::string running_table(const History& history, const StudyStatus& status, std::size_t most) {
  if (status.running.empty()) return "";
  const Study& study = history.study();
  std::vector<Lines> rows = {{"runs now", rung_heading(study), "epochs", "seconds", "last " + short_loss_name(study)}};
  for (const RunningTrial& running : status.running) {
    if (rows.size() > most) break;
    const Trial& trial = history.trial(running.trial);
    rows.push_back({fmt::format("trial {}", trial.number), rung_name(study, trial), epochs_text(study, trial),
                    fmt::format("{:.0f}", running.seconds),
                    trial.curve.empty() ? "-" : loss_text(study, trial.curve.back())});
  }
  std::string text = table(rows, "llrrr");
  const std::size_t more = status.running.size() - (rows.size() - 1);
  if (more > 0) text += fmt::format("  and {} more\n", more);
  return text;
}

// The first characters of a line in UTF-8.
std::string cut(const std::string& line, int columns) {
  int shown = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins = (static_cast<unsigned char>(line[i]) & 0xc0) != 0x80;
    if (begins && ++shown > columns) return line.substr(0, i);
  }
  return line;
}

class Page {
 public:
  explicit Page(const StatusLook& look) : look_(look) {}

  void add(const Lines& lines, const char* first_style = "", const char* others_style = "") {
    for (const std::string& line : lines) {
      if (left() == 0) return;
      const std::string style = look_.colour ? (&line == lines.data() ? first_style : others_style) : "";
      const std::string shown = cut(line, look_.columns);
      text_ += (style.empty() ? shown : style + shown + "\033[0m") + "\n";
      ++rows_;
    }
  }
  void gap() { add({""}); }

  /// Lines that are left; a large number where they are not counted.
  int left() const { return look_.rows == 0 ? 1'000'000 : look_.rows - rows_; }
  const std::string& text() const { return text_; }

 private:
  const StatusLook& look_;
  std::string text_;
  int rows_ = 0;
};

}  // namespace

std::string status_text(const History& history, const StudyStatus& status, const StatusLook& look) {
  constexpr const char *kBold = "\033[1m", *kDim = "\033[2m", *kGreen = "\033[1;32m";
  Page page(look);
  page.add({printable(history.study().name, kLongestName) + ": " + state_text(status)}, kBold);
  page.add({budget_used(history, status)});
  page.gap();
  page.add(lines_of(rungs_table(history)), kDim);
  if (const std::string best = best_text(history); !best.empty()) {
    page.gap();
    page.add({best}, kGreen);
  }
  constexpr int kFewest = 4;  // lines for what runs: a gap, a heading, a trial, how many more
  const Lines curve = curve_lines(history, status, look);
  const int for_curve = static_cast<int>(curve.size()) + 1;
  const bool draws = !curve.empty() && page.left() >= for_curve + (status.running.empty() ? 0 : kFewest);
  const int for_running = page.left() - (draws ? for_curve : 0);
  if (!status.running.empty() && for_running >= kFewest) {
    page.gap();
    page.add(lines_of(running_table(history, status, static_cast<std::size_t>(for_running - kFewest + 1))), kDim);
  }
  if (draws) {
    page.gap();
    page.add(curve, kDim);
  }
  return page.text();
}

std::string status_line(const History& history, const StudyStatus& status) {
  std::string line = fmt::format("{}: {}", state_text(status), trials_text(history));
  if (!status.running.empty()) {
    const int rung = history.trial(status.running.back().trial).rung;
    const std::string name = rung_name(history.study(), rung);
    line += fmt::format(", {} run{}", status.running.size(), name.empty() ? "" : " up to " + name);
  }
  const std::string best = best_text(history);
  return best.empty() ? line : line + ", " + best;
}

}  // namespace crescendo
