// Every trial's loss in the order of trials, and the best so far at the highest rung that has one.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/figures.h"
#include "report/plot_panel.h"
#include "study/course.h"
#include "study/names.h"

namespace crescendo {
namespace {

constexpr double kWidth = 860, kHeight = 500, kLeft = 84, kRight = 24, kBottom = 56;

std::vector<double> shown_losses(const History& history) {
  std::vector<double> losses;
  for (const Trial& trial : history.trials()) {
    if (trial.state == TrialState::kFinished) losses.push_back(turned(history.study(), trial.loss));
  }
  return losses;
}

// The last trial that had begun when the study had run so long. Claims come in the order of time.
int last_begun(const History& history, double seconds) {
  const auto trials = history.trials();
  const auto later = std::partition_point(trials.begin(), trials.end(),
                                          [&](const Trial& trial) { return trial.elapsed_seconds < seconds; });
  return static_cast<int>(later - trials.begin()) - 1;
}

// A trial counts from its end, so what began meanwhile stands to the left of the step down to it.
std::vector<std::pair<double, double>> improvements(const History& history, int rung) {
  std::vector<std::pair<double, double>> found;
  for (const BestSoFar& best : course_at(history, rung)) {
    const int at = std::max(best.trial, last_begun(history, best.seconds));
    found.emplace_back(at, turned(history.study(), history.trial(best.trial).loss));
  }
  return found;
}

std::string rung_text(const History& history, int rung) {
  const std::string name = rung_name(history.study(), rung);
  return fmt::format("{}{} trials", name.empty() ? "" : name + ": ", history.at_rung(rung).size());
}

std::vector<LegendEntry> legend(const History& history, int best_rung, std::size_t failed) {
  std::vector<LegendEntry> entries;
  for (int rung = 0; rung <= history.study().top(); ++rung)
    entries.push_back({rung_text(history, rung), rung_style(rung, history.study().top())});
  if (best_rung >= 0) {
    const std::string name = rung_name(history.study(), best_rung);
    entries.push_back({"best so far" + (name.empty() ? "" : " at " + name), {"#222222", {}, ""}, true});
  }
  if (failed > 0) entries.push_back({fmt::format("failed: {}", failed), {"#888888", {}, ""}, true});
  return entries;
}

std::string draw(std::span<const ShownStudy> studies) {
  const History& history = studies.front().history;
  const Study& study = history.study();
  const auto trials = history.trials();
  const auto failed = static_cast<std::size_t>(std::count_if(
      trials.begin(), trials.end(), [](const Trial& trial) { return trial.state == TrialState::kFailed; }));
  int best_rung = study.top();
  while (best_rung >= 0 && history.full(best_rung).empty()) --best_rung;

  Svg svg(kWidth, kHeight, fmt::format("{}: {} of each trial", study.name, loss_name(study)));
  draw_heading(
      svg, study.name,
      fmt::format("{} trials, sampler {}, schedule {}", trials.size(), study.sampler.name, study.schedule.name),
      kWidth);
  const double top = 66 + draw_legend(svg, {kLeft, 70}, kWidth - kRight, legend(history, best_rung, failed));
  const double last = std::max(1.0, static_cast<double>(trials.size()) - 1);
  const PlotPanel panel({kLeft, top}, kWidth - kLeft - kRight, kHeight - top - kBottom,
                        number_axis("trial", 0, last, false), loss_axis(study, shown_losses(history)));
  panel.draw(svg);
  const double radius = trials.size() > 2000 ? 2 : 3.5;
  for (const Trial& trial : trials) {
    const Style style = rung_style(trial.rung, study.top());
    if (trial.state == TrialState::kFinished) {
      svg.mark("trial", style.shape, panel.at(trial.number, turned(study, trial.loss)), radius,
               {style.colour, "", 1, 0.7});
    } else if (trial.state == TrialState::kFailed) {
      const Place foot = panel.at(trial.number, panel.y().low);
      svg.line("failed", foot, {foot.x, foot.y - 8}, {"", "#888888", 1.5});
    }
  }
  if (best_rung >= 0) {
    std::vector<Place> line;
    for (const auto& [x, y] : steps(improvements(history, best_rung), last)) line.push_back(panel.at(x, y));
    svg.polyline("best", line, {"", "#222222", 2});
  }
  return svg.file();
}

}  // namespace

Figure history_figure() {
  return {"history", "the loss of each trial and the best so far, with rungs told apart", false, draw};
}

}  // namespace crescendo
