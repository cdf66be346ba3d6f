#include "cli/status_curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "cli/loss_text.h"
#include "cli/small_curve.h"
#include "cli/words.h"
#include "study/names.h"

namespace crescendo {
namespace {

constexpr int kCurveRows = 6;
constexpr double kLogarithmic = 100;  // the largest value over the smallest, from which on a curve is drawn by powers

/// The curve's values: by powers of ten where they are positive and far apart.
struct CurveScale {
  bool logarithmic = false;
  double operator()(double value) const { return logarithmic ? std::log10(value) : value; }
};

CurveScale scale_of(const History& history, std::span<const BestSoFar> course) {
  double least = INFINITY, most = -INFINITY;
  for (const BestSoFar& best : course) {
    const double value = turned(history.study(), history.trial(best.trial).loss);
    least = std::min(least, value);
    most = std::max(most, value);
  }
  return {least > 0 && most >= kLogarithmic * least};
}

// Each rung's name below where its curve begins, as far as there is room.
std::string rungs_below(const History& history, std::span<const CurveStep> steps, std::span<const BestSoFar> course,
                        double end, int columns) {
  std::string line;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!steps[i].begins) continue;
    const std::string name = rung_name(history.study(), history.trial(course[i].trial).rung);
    auto at = static_cast<std::size_t>(curve_column(steps[i].at, end, columns));
    const auto width = static_cast<std::size_t>(columns);
    if (at + name.size() > width) at = width - std::min(width, name.size());
    if (name.size() > width || (!line.empty() && at < line.size() + 1)) continue;
    line.append(at - line.size(), ' ');
    line += name;
  }
  return line;
}

}  // namespace

std::vector<std::string> curve_lines(const History& history, const StudyStatus& status, const StatusLook& look) {
  if (status.course.empty()) return {};
  const Study& study = history.study();
  const CurveScale scale = scale_of(history, status.course);
  std::vector<CurveStep> steps;
  std::size_t lowest = 0, highest = 0;
  for (std::size_t i = 0; i < status.course.size(); ++i) {
    const Trial& trial = history.trial(status.course[i].trial);
    const bool begins = i == 0 || history.trial(status.course[i - 1].trial).rung != trial.rung;
    steps.push_back({status.course[i].seconds, scale(turned(study, trial.loss)), begins});
    if (steps[i].value < steps[lowest].value) lowest = i;
    if (steps[i].value > steps[highest].value) highest = i;
  }
  const auto label_of = [&](std::size_t i) { return loss_text(study, history.trial(status.course[i].trial).loss); };
  const bool flat = steps[lowest].value == steps[highest].value;
  std::vector<std::string> labels(kCurveRows);
  labels[flat ? kCurveRows / 2 : 0] = label_of(highest);
  if (!flat) labels[kCurveRows - 1] = label_of(lowest);
  std::size_t margin = 0;
  for (const std::string& label : labels) margin = std::max(margin, label.size());
  const int columns = look.columns - static_cast<int>(margin) - 4;
  if (columns < 10) return {};
  const std::vector<std::string> drawn = draw_steps(steps, status.elapsed_seconds, columns, kCurveRows, look.unicode);
  std::vector<std::string> lines = {fmt::format("best {} so far, over {}{}", short_loss_name(study),
                                                duration_text(status.elapsed_seconds),
                                                scale.logarithmic ? ", logarithmic" : "")};
  for (std::size_t row = 0; row < kCurveRows; ++row) {
    lines.push_back(fmt::format("  {:>{}} {}", labels[row], margin, drawn[row]));
  }
  const std::string below = rungs_below(history, steps, status.course, status.elapsed_seconds, columns);
  if (!below.empty()) lines.push_back(std::string(margin + 3, ' ') + below);
  return lines;
}

}  // namespace crescendo
