// The mean loss along each parameter, over everything else, with the spread over trees.
#include <fmt/format.h>

#include <algorithm>

#include "report/figures.h"
#include "report/plot_panel.h"
#include "report/shown_importance.h"
#include "study/names.h"

namespace crescendo {
namespace {

constexpr int kColumns = 3;
constexpr double kLeft = 84, kPanelWidth = 220, kPanelHeight = 150, kAcross = 310, kDown = 216, kTop = 100;

struct RungCurves {
  int rung;
  Importance found;
};

// Mean, and one standard deviation below and above it, as users see losses.
struct Band {
  double mean, low, high;
};

Band band_of(const Study& study, const CurvePoint& point) {
  const double mean = turned(study, point.loss);
  return {mean, mean - point.std, mean + point.std};
}

PlotAxis common_axis(const Study& study, const std::vector<RungCurves>& rungs) {
  std::vector<double> values;
  for (const RungCurves& rung : rungs) {
    for (const Curve& curve : rung.found.curves) {
      for (const CurvePoint& point : curve) {
        const Band band = band_of(study, point);
        values.insert(values.end(), {band.low, band.high});
      }
    }
  }
  return loss_axis(study, values);
}

void draw_curve(Svg& svg, const PlotPanel& panel, const Study& study, const Curve& curve, const Style& style) {
  std::vector<Place> line, above, below;
  for (const CurvePoint& point : curve) {
    const Band band = band_of(study, point);
    line.push_back(panel.at(point.value, band.mean));
    above.push_back(panel.at(point.value, band.high));
    below.push_back(panel.at(point.value, band.low));
  }
  above.insert(above.end(), below.rbegin(), below.rend());
  svg.polygon("spread", above, {style.colour, "", 1, 0.18});
  svg.polyline("marginal", line, {"", style.colour, 2, 1, style.dash});
}

// A mark for each choice; those of several rungs side by side.
void draw_choices(Svg& svg, const PlotPanel& panel, const Study& study, const Curve& curve, const Style& style,
                  double shift_px) {
  for (const CurvePoint& point : curve) {
    const Band band = band_of(study, point);
    const auto moved = [&](double value) {
      const Place place = panel.at(point.value, value);
      return Place{place.x + shift_px, place.y};
    };
    svg.line("spread", moved(band.low), moved(band.high), {"", style.colour, 1.5});
    svg.mark("marginal", style.shape, moved(band.mean), 4, {style.colour, ""});
  }
}

void draw_parameter(Svg& svg, const PlotPanel& panel, const Study& study, const std::vector<RungCurves>& rungs,
                    std::size_t parameter) {
  panel.draw(svg);
  for (std::size_t i = 0; i < rungs.size(); ++i) {
    const Style style = rung_style(rungs[i].rung, study.top());
    const Curve& curve = rungs[i].found.curves[parameter];
    if (has_choices(study.space[parameter])) {
      const double shift = 10 * (static_cast<double>(i) - static_cast<double>(rungs.size() - 1) / 2);
      draw_choices(svg, panel, study, curve, style, shift);
    } else {
      draw_curve(svg, panel, study, curve, style);
    }
  }
}

std::string draw(std::span<const ShownStudy> studies) {
  const History& history = studies.front().history;
  const Study& study = history.study();
  std::vector<RungCurves> rungs;
  std::vector<LegendEntry> entries;
  for (int rung = 0; rung <= study.top(); ++rung) {
    RungImportance found = shown_importance(history, rung, 0);
    if (!found.found) continue;
    entries.push_back({found.name.empty() ? "all trials" : found.name, rung_style(rung, study.top()), true});
    rungs.push_back({rung, std::move(*found.found)});
  }
  const auto parameters = static_cast<int>(study.space.size());
  const int columns = std::clamp(parameters, 1, kColumns), rows = (parameters + kColumns - 1) / kColumns;
  const double width = std::max(kLeft + kAcross * columns - 50, 480.0), height = kTop + kDown * rows + 10;
  Svg svg(width, height, fmt::format("{}: mean {} along each parameter", study.name, loss_name(study)));
  draw_heading(svg, study.name,
               rungs.empty() ? "no trial has a loss"
                             : fmt::format("mean {} over all other parameters, and its standard deviation over trees",
                                           loss_name(study)),
               width);
  draw_legend(svg, {kLeft, 70}, width - 20, entries);
  const PlotAxis losses = common_axis(study, rungs);
  for (int i = 0; i < parameters; ++i) {
    const Place corner{kLeft + kAcross * (i % kColumns), kTop + kDown * (i / kColumns)};
    const auto parameter = static_cast<std::size_t>(i);
    draw_parameter(svg, PlotPanel(corner, kPanelWidth, kPanelHeight, parameter_axis(study.space[parameter]), losses),
                   study, rungs, parameter);
  }
  return svg.file();
}

}  // namespace

Figure marginals_figure() { return {"marginals", "the mean loss along each parameter, rung by rung", false, draw}; }

}  // namespace crescendo
