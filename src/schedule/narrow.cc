#include "schedule/narrow.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "space/encode.h"
#include "study/study_file.h"

namespace crescendo {
namespace {

constexpr int kFewest = 3;  // good points that say something about a parameter

std::vector<int> good_points(const History& history, int rung, double quantile) {
  const auto points = leaders(history, rung, static_cast<int>(history.ranked(rung).size()));
  const auto wanted = static_cast<std::size_t>(std::ceil(quantile * static_cast<double>(points.size())));
  std::vector<int> good;
  for (std::size_t i = 0; i < std::min(points.size(), std::max<std::size_t>(wanted, kFewest)); ++i) {
    good.push_back(points[i].trial);
  }
  return good;
}

std::string range_text(const Parameter& p, const Box::Side& side) {
  if (side.choices.empty()) return fmt::format("{:.3g}..{:.3g}", side.low, side.high);
  std::string text;
  for (const int choice : side.choices) {
    text += (text.empty() ? "" : " ") + to_text(p.choices[static_cast<std::size_t>(choice)]);
  }
  return text;
}

Box::Side narrowed_range(const Parameter& p, const Box::Side& side, const std::vector<double>& values,
                         const NarrowOptions& options) {
  const auto [lowest, highest] = std::minmax_element(values.begin(), values.end());
  double low = to_unit(p, *lowest) - options.margin, high = to_unit(p, *highest) + options.margin;
  const double widen = std::max(0.0, options.least - (high - low)) / 2;
  low = std::clamp(low - widen, 0.0, 1.0 - options.least);
  high = std::clamp(high + widen, options.least, 1.0);
  Box::Side result{std::max(side.low, from_unit(p, low)), std::min(side.high, from_unit(p, high)), {}};
  return result.low <= result.high ? result : side;
}

Box::Side narrowed_choices(const Box::Side& side, const std::vector<double>& values) {
  const double expected = static_cast<double>(values.size()) / static_cast<double>(side.choices.size());
  if (expected < kFewest) return side;
  const std::set<double> used(values.begin(), values.end());
  Box::Side result = side;
  std::erase_if(result.choices, [&](int choice) { return !used.contains(choice); });
  return result.choices.empty() ? side : result;
}

}  // namespace

Box narrowed_box(const History& history, int below, int rung, const NarrowOptions& options) {
  const Study& study = history.study();
  Box box = study.rung_box(rung);
  const std::vector<int> good = good_points(history, below, options.quantile);
  if (static_cast<int>(good.size()) < kFewest) return box;
  std::string changes;
  for (std::size_t i = 0; i < study.space.size(); ++i) {
    const Parameter& p = study.space[i];
    std::vector<double> values;
    for (const int number : good) {
      const double value = history.trial(number).point->values[i];
      if (!std::isnan(value)) values.push_back(value);
    }
    if (!p.narrow || static_cast<int>(values.size()) < kFewest) continue;
    Box::Side& side = box.sides[i];
    const Box::Side before = side;
    side = side.choices.empty() ? narrowed_range(p, side, values, options) : narrowed_choices(side, values);
    if (side == before) continue;
    changes +=
        fmt::format("{}{} {} -> {}", changes.empty() ? "" : ", ", p.name, range_text(p, before), range_text(p, side));
  }
  if (!changes.empty()) {
    box.reason = fmt::format("{}, because the best {} of {} points at {} lie there", changes, good.size(),
                             history.ranked(below).size(), rung_name(study, below));
  }
  return box;
}

}  // namespace crescendo
