// The best loss at the top rung over time, of several studies; those that differ in their seed only together.
#include <fmt/format.h>

#include <algorithm>

#include "crescendo/error.h"
#include "report/figures.h"
#include "report/plot_panel.h"
#include "report/seed_groups.h"
#include "study/names.h"

namespace crescendo {
namespace {

constexpr double kWidth = 860, kHeight = 500, kLeft = 84, kRight = 24, kBottom = 56;

struct GroupCurve {
  SeedGroup group;
  std::vector<MeanAt> means;
  std::size_t without_loss = 0;  // studies that are left out
};

GroupCurve curve_of(SeedGroup group) {
  GroupCurve result{std::move(group), {}, 0};
  std::vector<BestSoFar> curves;
  double end = 0;
  for (const ShownStudy* study : result.group.studies) {
    BestSoFar curve = best_so_far(study->history);
    end = std::max(end, study->history.elapsed_seconds());
    if (!curve.empty()) end = std::max(end, curve.back().first);
    curve.empty() ? void(++result.without_loss) : curves.push_back(std::move(curve));
  }
  if (!curves.empty()) result.means = mean_curve(curves, end);
  return result;
}

// Studies whose losses are not of one kind make no sense on one axis.
void check_comparable(std::span<const ShownStudy> studies) {
  const Study& first = studies.front().history.study();
  for (const ShownStudy& shown : studies) {
    const Study& study = shown.history.study();
    const bool same = loss_name(study) == loss_name(first) && study.maximize == first.maximize &&
                      trains_pictures(study) == trains_pictures(first);
    if (!same) {
      bad_input(fmt::format("the losses of '{}' and '{}' do not compare: {} and {}; choose studies with --study",
                            first.name, study.name, loss_name(first), loss_name(study)));
    }
  }
}

std::string entry_text(const GroupCurve& curve) {
  const std::size_t count = curve.group.studies.size();
  std::string text = fmt::format("{}, {} seed{}", curve.group.name, count, count == 1 ? "" : "s");
  if (curve.without_loss > 0) text += fmt::format(" ({} without a loss at the top)", curve.without_loss);
  return text;
}

void draw_group(Svg& svg, const PlotPanel& panel, const GroupCurve& curve, const Style& style) {
  if (curve.means.empty()) return;
  std::vector<std::pair<double, double>> mean, low, high;
  for (const MeanAt& at : curve.means) {
    mean.emplace_back(at.seconds, at.mean);
    low.emplace_back(at.seconds, at.mean - at.std);
    high.emplace_back(at.seconds, at.mean + at.std);
  }
  const double end = curve.means.back().seconds;
  const auto places = [&](const std::vector<std::pair<double, double>>& values) {
    std::vector<Place> found;
    for (const auto& [x, y] : steps(values, end)) found.push_back(panel.at(x, y));
    return found;
  };
  if (curve.group.studies.size() - curve.without_loss > 1) {
    std::vector<Place> band = places(high);
    const std::vector<Place> back = places(low);
    band.insert(band.end(), back.rbegin(), back.rend());
    svg.polygon("spread", band, {style.colour, "", 1, 0.18});
  }
  svg.polyline("mean", places(mean), {"", style.colour, 2, 1, style.dash});
  svg.mark("end", style.shape, panel.at(end, curve.means.back().mean), 4.5, {style.colour, "#ffffff", 1});
}

std::string draw(std::span<const ShownStudy> studies) {
  check_comparable(studies);
  const Study& first = studies.front().history.study();
  std::vector<GroupCurve> curves;
  std::vector<double> losses;
  double seconds = 0;
  for (SeedGroup& group : seed_groups(studies)) {
    curves.push_back(curve_of(std::move(group)));
    for (const MeanAt& at : curves.back().means) {
      losses.insert(losses.end(), {at.mean - at.std, at.mean + at.std});
      seconds = std::max(seconds, at.seconds);
    }
  }
  Svg svg(kWidth, kHeight, fmt::format("best {} so far of {} studies", loss_name(first), studies.size()));
  draw_heading(svg, fmt::format("best {} so far at the top rung", loss_name(first)),
               "mean and standard deviation over seeds, from when each has one", kWidth);
  std::vector<LegendEntry> entries;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    entries.push_back({entry_text(curves[i]), style_of(static_cast<int>(i)), true});
  }
  const double top = 66 + draw_legend(svg, {kLeft, 70}, kWidth - kRight, entries);
  const PlotPanel panel({kLeft, top}, kWidth - kLeft - kRight, std::max(120.0, kHeight - top - kBottom),
                        time_axis("time of the study", seconds), loss_axis(first, losses));
  panel.draw(svg);
  for (std::size_t i = 0; i < curves.size(); ++i) draw_group(svg, panel, curves[i], style_of(static_cast<int>(i)));
  return svg.file();
}

}  // namespace

Figure compare_figure() {
  return {"compare", "the best loss so far at the top rung over time, with the spread over seeds", true, draw};
}

}  // namespace crescendo
