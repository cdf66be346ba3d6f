// A line for each trial through its values of all parameters, to its loss.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/best_first.h"
#include "report/figures.h"
#include "report/plot_panel.h"
#include "study/names.h"

namespace crescendo {
namespace {

constexpr std::size_t kMostLines = 500;  // more are a grey wall
constexpr double kLeft = 60, kAcross = 120, kHeight = 470, kBottom = 60;
const Ink kAxis{"", "#888888"};

// Where a value lies on each axis; none where the parameter is not active.
using Crossings = std::vector<std::optional<Place>>;

class Axes {
 public:
  Axes(const Study& study, const std::vector<double>& losses, double top) : top_(top) {
    for (const Parameter& parameter : study.space.parameters()) axes_.push_back(parameter_axis(parameter));
    axes_.push_back(loss_axis(study, losses));
  }

  double x(std::size_t axis) const { return kLeft + kAcross * static_cast<double>(axis); }

  void draw(Svg& svg) const {
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      svg.line("axis", {x(i), top_}, {x(i), kHeight - kBottom}, kAxis);
      svg.text("label", {x(i), kHeight - kBottom + 26 + 16 * static_cast<double>(i % 2)}, Anchor::kMiddle,
               shortened(axes_[i].label, 2 * kAcross - 20));
    }
  }

  // After the lines, so that they stay readable.
  void draw_ticks(Svg& svg) const {
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      double last = -1e9;
      for (const Tick& tick : axes_[i].ticks) {
        const double y = at(i, tick.value).y;
        svg.line("tick-line", {x(i) - 3, y}, {x(i) + 3, y}, kAxis);
        if (std::abs(y - last) < 12) continue;
        last = y;
        const std::string text = shortened(tick.text, kAcross / 2, 10);
        svg.rectangle("behind", {x(i) + 5, y - 6}, text_width_px(text, 10) + 2, 12, {"#ffffff", "", 1, 0.75});
        svg.text("tick", {x(i) + 6, y + 4}, Anchor::kStart, text, 10);
      }
    }
  }

  Crossings crossings(const Study& study, const Trial& trial) const {
    Crossings found;
    for (std::size_t i = 0; i < study.space.size(); ++i) {
      const double value = trial.point->values[i];
      found.push_back(std::isnan(value) ? std::nullopt : std::optional(at(i, value)));
    }
    found.push_back(at(study.space.size(), turned(study, trial.loss)));
    return found;
  }

 private:
  Place at(std::size_t axis, double value) const {
    return {x(axis), top_ + (kHeight - kBottom - top_) * (1 - axes_[axis].place(value))};
  }

  std::vector<PlotAxis> axes_;
  double top_;
};

// Through the axes that it has a value on; an axis alone between two without one has a short stroke.
void draw_trial(Svg& svg, std::string_view name, const Crossings& crossings, const Ink& ink) {
  std::vector<Place> line;
  for (std::size_t i = 0; i <= crossings.size(); ++i) {
    if (i < crossings.size() && crossings[i]) {
      line.push_back(*crossings[i]);
      continue;
    }
    if (line.size() == 1) line = {{line[0].x - 5, line[0].y}, {line[0].x + 5, line[0].y}};
    if (!line.empty()) svg.polyline(name, line, ink);
    line.clear();
  }
}

std::string draw(std::span<const ShownStudy> studies) {
  const History& history = studies.front().history;
  const Study& study = history.study();
  const std::vector<int> all = best_first(history);
  const std::vector<int> shown(all.begin(),
                               all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kMostLines)));
  std::vector<double> losses;
  for (const int number : shown) losses.push_back(turned(study, history.trial(number).loss));
  const double width = std::max(480.0, kLeft + kAcross * static_cast<double>(study.space.size()) + 80);
  Svg svg(width, kHeight, fmt::format("{}: parameters and {} of its trials", study.name, loss_name(study)));
  draw_heading(svg, study.name,
               all.size() > shown.size() ? fmt::format("the best {} of {} finished trials", shown.size(), all.size())
                                         : fmt::format("{} finished trial{}", all.size(), all.size() == 1 ? "" : "s"),
               width);
  std::vector<LegendEntry> entries;
  for (int rung = 0; rung <= study.top() && study.top() > 0; ++rung) {
    entries.push_back({rung_name(study, rung), rung_style(rung, study.top()), true});
  }
  if (!shown.empty()) entries.push_back({fmt::format("trial {}, the best", shown.front()), {"#000000", {}, ""}, true});
  const Axes axes(study, losses, 78 + draw_legend(svg, {kLeft - 40, 70}, width - 20, entries));
  axes.draw(svg);
  // The best last, over the others.
  for (std::size_t i = shown.size(); i-- > 0;) {
    const Trial& trial = history.trial(shown[i]);
    const Style style = rung_style(trial.rung, study.top());
    const Ink ink = i == 0 ? Ink{"", "#000000", 2.5} : Ink{"", style.colour, 1, 0.45, style.dash};
    draw_trial(svg, i == 0 ? "best" : "trial", axes.crossings(study, trial), ink);
  }
  axes.draw_ticks(svg);
  return svg.file();
}

}  // namespace

Figure parallel_figure() { return {"parallel", "parallel coordinates of the best 500 finished trials", false, draw}; }

}  // namespace crescendo
