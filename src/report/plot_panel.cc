#include "report/plot_panel.h"

#include <array>

namespace crescendo {
namespace {

// Okabe and Ito 2008, "Color Universal Design", without their yellow, which is hard to see on white.
constexpr std::array kColours = {"#0072B2", "#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9", "#000000"};
constexpr std::array kDashes = {"", "7 3", "2 3", "9 3 2 3"};
constexpr double kLegendLine = 18, kLegendMark = 26;
const Ink kGrid{"", "#e4e4e4"}, kFrame{"", "#888888"};

bool fits(double& last, double at, double space) {
  if (std::abs(at - last) < space) return false;
  last = at;
  return true;
}

}  // namespace

Style style_of(int i) {
  const auto place = static_cast<std::size_t>(i);
  return {kColours[place % kColours.size()], static_cast<Shape>(i % kShapes), kDashes[place % kDashes.size()]};
}

Style rung_style(int rung, int top) {
  constexpr std::array kLower = {"#E69F00", "#009E73", "#CC79A7", "#D55E00", "#56B4E9"};
  Style style = style_of(rung);
  style.colour = rung == top ? kColours[0] : kLower[static_cast<std::size_t>(rung) % kLower.size()];
  return style;
}

void PlotPanel::draw(Svg& svg) const {
  double last = -1e9;
  for (const Tick& tick : x_.ticks) {
    const double x = at(tick.value, y_.low).x;
    const std::string text = shortened(tick.text, 80, 11);
    svg.line("grid", {x, top()}, {x, bottom()}, kGrid);
    if (fits(last, x, text_width_px(text, 11) + 6)) svg.text("tick", {x, bottom() + 16}, Anchor::kMiddle, text, 11);
  }
  last = -1e9;
  for (const Tick& tick : y_.ticks) {
    const double y = at(x_.low, tick.value).y;
    svg.line("grid", {left(), y}, {right(), y}, kGrid);
    if (fits(last, y, 12)) svg.text("tick", {left() - 6, y + 4}, Anchor::kEnd, shortened(tick.text, 90, 11), 11);
  }
  svg.rectangle("frame", corner_, width_, height_, kFrame);
  svg.text("label", {corner_.x + width_ / 2, bottom() + 34}, Anchor::kMiddle, shortened(x_.label, width_ + 40));
  if (!y_.label.empty()) {
    svg.upright_text("label", {left() - 52, corner_.y + height_ / 2}, shortened(y_.label, height_ + 40));
  }
}

std::vector<std::pair<double, double>> steps(std::span<const std::pair<double, double>> values, double end) {
  std::vector<std::pair<double, double>> corners;
  for (const auto& [x, y] : values) {
    if (!corners.empty()) corners.emplace_back(x, corners.back().second);
    corners.emplace_back(x, y);
  }
  if (!corners.empty() && end > corners.back().first) corners.emplace_back(end, corners.back().second);
  return corners;
}

double draw_legend(Svg& svg, Place place, double right, std::span<const LegendEntry> entries) {
  Place at = place;
  for (const LegendEntry& entry : entries) {
    const std::string text = shortened(entry.text, right - place.x - kLegendMark);
    const double width = kLegendMark + text_width_px(text) + 16;
    if (at.x > place.x && at.x + width > right) at = {place.x, at.y + kLegendLine};
    if (entry.is_line) {
      svg.line("legend", {at.x, at.y}, {at.x + 20, at.y}, {"", entry.style.colour, 2, 1, entry.style.dash});
    } else {
      svg.mark("legend", entry.style.shape, {at.x + 10, at.y}, 4.5, {entry.style.colour, "", 1, 1});
    }
    svg.text("legend-text", {at.x + kLegendMark, at.y + 4}, Anchor::kStart, text);
    at.x += width;
  }
  return at.y - place.y + kLegendLine;
}

void draw_heading(Svg& svg, const std::string& title, const std::string& below, double width) {
  svg.text("title", {20, 28}, Anchor::kStart, shortened(title, width - 40, 16), 16);
  svg.text("subtitle", {20, 47}, Anchor::kStart, shortened(below, width - 40));
}

}  // namespace crescendo
