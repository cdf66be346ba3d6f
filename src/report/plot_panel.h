#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "report/plot_axis.h"
#include "report/svg.h"

namespace crescendo {

/// How the i-th of several things is drawn: a colour of Okabe and Ito's that colour-blind readers tell apart, a shape
/// and a dash; no two of the first 28 are alike.
struct Style {
  std::string colour;
  Shape shape = Shape::kCircle;
  std::string dash;
};
Style style_of(int i);

/// Of a rung, in the colours and shapes that it has in the report's page: the top one is always blue.
Style rung_style(int rung, int top);

/// A part of a picture with an axis below it and one to its left.
class PlotPanel {
 public:
  /// The rectangle is that of the data; labels stand outside of it.
  PlotPanel(Place corner, double width, double height, PlotAxis x, PlotAxis y)
      : corner_(corner), width_(width), height_(height), x_(std::move(x)), y_(std::move(y)) {}

  Place at(double x, double y) const {
    return {corner_.x + width_ * x_.place(x), corner_.y + height_ * (1 - y_.place(y))};
  }
  double left() const { return corner_.x; }
  double right() const { return corner_.x + width_; }
  double top() const { return corner_.y; }
  double bottom() const { return corner_.y + height_; }
  const PlotAxis& y() const { return y_; }

  /// Grid, ticks and labels; before the data.
  void draw(Svg& svg) const;

 private:
  Place corner_;
  double width_, height_;
  PlotAxis x_, y_;
};

/// The corners of a line that stays at each value until the next, up to `end`; values by their first coordinate.
std::vector<std::pair<double, double>> steps(std::span<const std::pair<double, double>> values, double end);

struct LegendEntry {
  std::string text;
  Style style;
  bool is_line = false;
};

/// Entries side by side, in as many rows as are needed from `place` to `right`; the height that they take.
double draw_legend(Svg& svg, Place place, double right, std::span<const LegendEntry> entries);

/// A picture's heading: a title and a line below it.
void draw_heading(Svg& svg, const std::string& title, const std::string& below, double width);

}  // namespace crescendo
