#include "cli/summary_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>

#include "base/shown_url.h"
#include "cli/loss_text.h"
#include "cli/words.h"
#include "crescendo/sampler.h"
#include "search/image_study.h"
#include "search/lineage.h"
#include "search/summary.h"
#include "space/parse.h"
#include "study/names.h"
#include "study/rung_summary.h"

namespace crescendo {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamedBroken = 5;  // broken pictures named one by one

std::string point_text(const Study& study, const Point& point) {
  std::string text;
  const Json values = point_to_json(study.space, point);
  for (const auto& [name, value] : values.items()) text += fmt::format("    {:<16} {}\n", name, to_line(value));
  return text;
}

// What every point is trained with besides the usual, as in the study's file.
std::string training_text(const CnnOptions& options) {
  const Json usual = training_table({}, Json::object()), table = training_table(options, Json::object());
  std::vector<std::string> parts;
  for (const auto& [name, value] : table.items()) {
    if (name != "channels" && value != usual.at(name)) parts.push_back(fmt::format("{} = {}", name, value.dump()));
  }
  return parts.empty() ? "" : fmt::format("training: {}\n", fmt::join(parts, ", "));
}

// The best point and what it comes to.
std::string winner_text(Store& store, const History& history, const Finalist& winner) {
  const Study& study = history.study();
  const Trial& trial = history.trial(winner.trial);
  const std::string rung = rung_name(study, trial.rung);
  std::string text = fmt::format("\nbest point: trial {}{}\n{}", trial.number, rung.empty() ? "" : ", at " + rung,
                                 point_text(study, *trial.point));
  if (const auto start = started_from(history, trial)) {
    text += fmt::format("  {:<16} the weights of trial {}; 'crescendo train' starts from drawn ones\n", "started from",
                        *start);
  }
  for (const Trial& earlier : earlier_points(history, trial)) {
    text += fmt::format("  {:<16} {}, until {}\n", fmt::format("as trial {}", earlier.number),
                        difference_text(study.space, *earlier.point, *trial.point), rung_name(study, earlier.rung));
  }
  const std::string_view seeds = winner.trials.size() > 1 ? ", mean of {} seeds" : "";
  text += fmt::format("  {:<16} {}{}\n", trains_pictures(study) ? "validation error" : loss_name(study),
                      loss_text(study, winner.loss), fmt::format(fmt::runtime(seeds), winner.trials.size()));
  if (const auto test_error = recorded_test_error(store, study.name, winner)) {
    text += fmt::format("  test error       {}, of its {} on pictures that no trial saw\n", percent(*test_error),
                        winner.trials.size() > 1 ? "networks" : "network");
  }
  return text;
}

// The files, and what to do next.
std::string kept_text(const Study& study, const Kept& kept) {
  std::vector<std::vector<std::string>> files = {
      {(fs::path(kept.folder) / "study.toml").string(), "the whole search, to edit and run again with --study-file"},
      {shown_url(kept.url), "every trial; Optuna and its dashboard open it"}};
  for (const std::vector<std::string>& file : kept.files) {
    files.push_back({(fs::path(kept.folder) / file[0]).string(), file[1]});
  }
  std::string text = "\nfiles\n" + table(files, "ll");
  text += fmt::format("\nnext: crescendo trials --storage {}\n", shell_quoted(shown_url(kept.url)));
  if (trains_pictures(study)) {
    text += "      crescendo tune --data YOUR/FOLDER --out out/yours   (a folder of pictures per class)\n";
  }
  return text;
}

}  // namespace

std::string budget_text(const Budget& budget) {
  std::vector<std::string> limits, ends;
  if (budget.trials) limits.push_back(fmt::format("{} trials", grouped(*budget.trials)));
  for (const auto& [name, total] : budget.fidelity) limits.push_back(fmt::format("{} {} in all", name, total));
  if (budget.seconds) limits.push_back(duration_text(*budget.seconds));
  if (budget.cpu_seconds) limits.push_back(duration_text(*budget.cpu_seconds) + " of CPU time");
  if (budget.target) ends.push_back(fmt::format("until {} is reached", *budget.target));
  if (budget.patience) ends.push_back(fmt::format("until {} trials bring nothing better", *budget.patience));
  return fmt::format("{}{}{}", fmt::join(limits, ", at most "), limits.empty() || ends.empty() ? "" : ", ",
                     fmt::join(ends, ", "));
}

std::string plan_text(const Study& study, const DataSet& data, int jobs) {
  std::array<std::size_t, 3> counts{};
  for (const DataSet::Entry& entry : data.entries()) ++counts[static_cast<std::size_t>(entry.part)];
  const CnnOptions cnn = read_cnn_options(study.objective.options);
  std::string text = fmt::format("pictures: {} classes, {} to train, {} to validate, {} to test; searched in {}\n",
                                 data.classes().size(), grouped(static_cast<long long>(counts[0])),
                                 grouped(static_cast<long long>(counts[1])), grouped(static_cast<long long>(counts[2])),
                                 cnn.channels == 1 ? "grey" : "colour");
  text += remark_text(data);
  if (cnn.fold > 0) text += fmt::format("fold:     {}, counted from 0\n", cnn.fold);
  if (cnn.frames > 0) text += fmt::format("frames:   the last {} of each sequence\n", cnn.frames);
  if (cnn.share < 1) text += fmt::format("share:    {} of the training and validation pictures\n", percent(cnn.share));
  if (find_fit(cnn.fit) == Fit::kPad) text += "fit:      padded to squares, nothing is cut off\n";
  std::vector<std::string> rungs;
  for (int rung = 0; rung <= study.top(); ++rung) rungs.push_back(rung_name(study, rung));
  text += fmt::format("sizes:    {} (median shorter side of the pictures: {} px)\n", fmt::join(rungs, " -> "),
                      data.median_shorter_side_px());
  if (study.continues) text += "promoted: goes on from its checkpoint where only the epochs grow\n";
  text += training_text(cnn);
  return text + search_text(study, jobs);
}

std::string search_text(const Study& study, int jobs) {
  const std::string reason = sampler_reason(study);
  return fmt::format("search:   sampler {}, schedule {}, {} on {} worker{}, seed {}{}\n", study.sampler.name,
                     study.schedule.name, budget_text(study.budget), jobs, jobs == 1 ? "" : "s", study.seed,
                     study.lag > 0 ? fmt::format(", lag {}", study.lag) : "") +
         (reason.empty() ? "" : fmt::format("points:   from {}\n", reason));
}

std::string remark_text(const DataSet& data) {
  return data.remark().empty() ? "" : fmt::format("note:     {}\n", data.remark());
}

std::string report_text(const LoadReport& report) {
  std::string text;
  if (!report.broken.empty()) {
    text += fmt::format("skipped:  {} broken picture{}\n", report.broken.size(), report.broken.size() == 1 ? "" : "s");
    for (std::size_t i = 0; i < std::min(kNamedBroken, report.broken.size()); ++i) {
      text += fmt::format("  {}\n", report.broken[i]);
    }
    if (report.broken.size() > kNamedBroken) {
      text += fmt::format("  and {} more\n", report.broken.size() - kNamedBroken);
    }
  }
  if (!report.cache_failure.empty()) text += fmt::format("no cache: {}\n", report.cache_failure);
  return text;
}

std::string loaded_text(const CnnPictures& pictures, const LoadReport& report) {
  std::string text = report_text(report);
  const ImageSet& largest = *pictures.by_side.rbegin()->second;
  if (largest.enlarged > 0) {
    text += fmt::format("enlarged: {} pictures smaller than {} px\n", largest.enlarged, largest.side_px);
  }
  return text;
}

std::string rungs_text(const History& history) {
  const Study& study = history.study();
  std::vector<std::vector<std::string>> rows = {{rung_heading(study), "trials", "failed", "trial seconds",
                                                 trains_pictures(study) ? "best error" : "best " + loss_name(study)}};
  for (int rung = 0; rung <= study.top(); ++rung) {
    const RungSummary summary = rung_summary(history, rung);
    rows.push_back({rung_name(study, rung), std::to_string(summary.trials), std::to_string(summary.failed),
                    fmt::format("{:.1f}", summary.seconds),
                    summary.best_loss ? loss_text(study, *summary.best_loss) : "-"});
  }
  return table(rows, "lrrrr");
}

std::string result_text(Store& store, const History& history, const Kept& kept) {
  const Study& study = history.study();
  std::string text = fmt::format("\n{} trials in {}\n\n{}", history.trials().size(),
                                 duration_text(history.elapsed_seconds()), rungs_text(history));
  for (int rung = 0; rung <= study.top(); ++rung) {
    const Box* box = box_of_all(history, rung);
    if (box && !box->reason.empty()) {
      text += fmt::format("\n  {}: {}\n", rung_name(study, rung), box->reason);
    }
  }
  const auto winner = best(history);
  if (!winner) return text;
  text += winner_text(store, history, *winner);
  const int rung = history.trial(winner->trial).rung;
  if (rung < study.top()) {
    text += fmt::format("\nThe budget ended before a trial at {} did; more --time or --trials go on from here.\n",
                        rung_name(study, study.top()));
  }
  return kept.folder.empty() ? text + "\nnothing was kept: the study was in memory only\n"
                             : text + kept_text(study, kept);
}

}  // namespace crescendo
