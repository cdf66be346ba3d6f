// What each parameter explains of the loss's variance, rung by rung.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "report/figures.h"
#include "report/plot_panel.h"
#include "report/shown_importance.h"
#include "study/names.h"

namespace crescendo {
namespace {

constexpr double kWidth = 860, kLeft = 190, kRight = 40, kBottom = 56, kBar = 11, kGap = 12;

struct RungBars {
  int rung;
  RungImportance found;
};

std::vector<RungBars> bars_of(const History& history) {
  std::vector<RungBars> bars;
  for (int rung = 0; rung <= history.study().top(); ++rung) {
    RungImportance found = shown_importance(history, rung, 0);
    if (found.found) bars.push_back({rung, std::move(found)});
  }
  return bars;
}

// Of the highest rung, the largest share first.
std::vector<std::size_t> order_of(const std::vector<RungBars>& bars, std::size_t parameters) {
  std::vector<std::size_t> order(parameters);
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (bars.empty()) return order;
  const std::vector<Share>& shares = bars.back().found.found->main;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return shares[a].share > shares[b].share; });
  return order;
}

double largest(const std::vector<RungBars>& bars) {
  double most = 0;
  for (const RungBars& bar : bars) {
    for (const Share& share : bar.found.found->total) most = std::max(most, share.share);
    for (const Share& share : bar.found.found->main) most = std::max(most, std::min(1.0, share.share + share.std));
  }
  return most > 0 ? std::min(1.0, most) : 1;
}

void draw_bar(Svg& svg, const PlotPanel& panel, double top, const RungBars& bar, std::size_t parameter, int top_rung) {
  const Style style = rung_style(bar.rung, top_rung);
  const Share& main = bar.found.found->main[parameter];
  const double zero = panel.left(), middle = top + kBar / 2;
  const auto x = [&](double share) { return panel.at(share, 0).x; };
  svg.rectangle("total", {zero, top}, x(bar.found.found->total[parameter].share) - zero, kBar - 1,
                {style.colour, style.colour, 0.5, 0.3});
  svg.rectangle("main", {zero, top}, x(main.share) - zero, kBar - 1, {style.colour, ""});
  svg.line("spread", {x(std::max(0.0, main.share - main.std)), middle}, {x(main.share + main.std), middle},
           {"", "#222222", 1.2});
  svg.mark("rung", style.shape, {x(main.share), middle}, 3, {style.colour, "#ffffff", 0.8});
}

std::string draw(std::span<const ShownStudy> studies) {
  const History& history = studies.front().history;
  const Study& study = history.study();
  const std::vector<RungBars> bars = bars_of(history);
  const double block = kBar * static_cast<double>(std::max<std::size_t>(bars.size(), 1)) + kGap;
  const double height = 66 + 44 + block * static_cast<double>(study.space.size()) + kBottom;
  Svg svg(kWidth, height, fmt::format("{}: importance of each parameter", study.name));
  draw_heading(svg, study.name,
               bars.empty() ? "no trial has a loss"
                            : "share of the variance of the loss: alone (full), with others (pale); spread over trees",
               kWidth);
  std::vector<LegendEntry> entries;
  for (const RungBars& bar : bars) {
    entries.push_back(
        {fmt::format("{}{}{} trials", bar.found.name, bar.found.name.empty() ? "" : ": ", bar.found.trials),
         rung_style(bar.rung, study.top())});
  }
  const double top = 66 + draw_legend(svg, {kLeft, 70}, kWidth - kRight, entries);
  const PlotPanel panel({kLeft, top}, kWidth - kLeft - kRight, block * static_cast<double>(study.space.size()),
                        number_axis("share of the variance", 0, largest(bars), false, 100, " %"), {"", 0, 1});
  panel.draw(svg);
  double row = top + kGap / 2;
  for (const std::size_t parameter : order_of(bars, study.space.size())) {
    svg.text("parameter", {kLeft - 8, row + (block - kGap) / 2 + 4}, Anchor::kEnd,
             shortened(study.space[parameter].name, kLeft - 24));
    for (std::size_t i = 0; i < bars.size(); ++i) {
      draw_bar(svg, panel, row + kBar * static_cast<double>(i), bars[i], parameter, study.top());
    }
    row += block;
  }
  return svg.file();
}

}  // namespace

Figure importance_figure() {
  return {"importance", "what each parameter explains of the loss, rung by rung", false, draw};
}

}  // namespace crescendo
